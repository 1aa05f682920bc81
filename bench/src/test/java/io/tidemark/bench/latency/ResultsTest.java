package io.tidemark.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bench.input.Oracle.HitKey;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final UUID EARLIER_TOPIC = new UUID(1, 1);

    /** 2026-11-25T12:00:00Z. */
    private static final long NOON = 1_795_608_000_000L;

    private static final Map<HitKey, Long> HITS =
            Map.of(new HitKey(NOON, "a.example", ""), 2L, new HitKey(NOON, "b.example", ""), 1L);

    private final StoreConfig store = new StoreConfig(TestPostgres.newDatabase(), "postgres", "postgres");
    private final Connection connection;
    private final Results results;

    ResultsTest() throws SQLException {
        Migrations.apply(store);
        connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
        results = new Results(store, TOPIC, 3);
    }

    /** Three events in two partitions, in one window. */
    @BeforeEach
    void store() throws SQLException {
        run("create table days partition of processed_events for values from (minvalue) to (maxvalue)");
        ledger(TOPIC, 0, 2);
        ledger(TOPIC, 2, 1);
        event(0, 0);
        event(0, 1);
        event(2, 0);
        run("insert into processed_events_aggregated (event_hour, host, num_hits) values %1$s, %2$s"
                .formatted(row("'a.example', 2"), row("'b.example', 1")));
        run("insert into processed_events_aggregated_source (event_hour, host, referrer, num_hits) values %s, %s, %s"
                .formatted(row("'a.example', '', 1"), row("'a.example', 'r', 1"), row("'b.example', '', 1")));
    }

    @AfterEach
    void close() throws SQLException {
        results.close();
        connection.close();
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String row(String values) {
        return "(to_timestamp(%d), %s)".formatted(NOON / 1_000, values);
    }

    private void ledger(UUID topic, int partition, long stored) throws SQLException {
        run("insert into ingest_ledger (topic_id, partition, next_offset, stored) values ('%s', %d, %d, %3$d)"
                .formatted(topic, partition, stored));
    }

    private void event(int partition, long offset) throws SQLException {
        run("""
                insert into processed_events (event_timestamp, host, geodata, bot, referrer_source,
                    source_topic_id, source_partition, source_offset)
                values (now(), 'a.example', '{}', false, 'direct', '%s', %d, %d)""".formatted(TOPIC, partition, offset));
    }

    @Test
    void eachPartitionTellsItsNextOffsetOfThisTopicOnly() throws SQLException {
        ledger(EARLIER_TOPIC, 0, 77);
        assertThat(results.nextOffsets()).containsExactly(2, 0, 1);
    }

    @Test
    void aWindowsRowsAndTheProgressAreRead() throws SQLException {
        assertThat(results.progress()).isEmpty();
        run("insert into aggregate_progress (watermark_ms) values (12345)");
        assertThat(results.progress()).hasValue(12_345);
        assertThat(results.window(NOON)).isEqualTo(Map.of("a.example", 2L, "b.example", 1L));
        assertThat(results.window(NOON + 10_000)).isEmpty();
    }

    @Test
    void whereEveryEventIsStoredAndCountedOnceNothingIsWrong() throws SQLException {
        assertThat(results.fault(3, HITS)).isEmpty();
    }

    @Test
    void anEventThatWasLostIsNoticed() throws SQLException {
        assertThat(results.fault(4, HITS))
                .contains(
                        "3 events that ingest_ledger calls stored instead of 4",
                        "3 rows of processed_events instead of 4");
    }

    @Test
    void anEventThatIsThereTwiceInsteadOfAnotherIsNoticed() throws SQLException {
        run("update processed_events set source_offset = 0 where source_offset = 1");
        assertThat(results.fault(3, HITS)).isEqualTo("2 different coordinates in processed_events instead of 3.");
    }

    @Test
    void aRejectedEventIsNoticed() throws SQLException {
        run("update ingest_ledger set next_offset = next_offset + 1, rejected = 1 where partition = 2");
        assertThat(results.fault(3, HITS))
                .isEqualTo("1 records that ingest_ledger calls rejected or absent instead of 0.");
    }

    @Test
    void wrongCountsAreNoticedInBothTables() throws SQLException {
        run("update processed_events_aggregated set num_hits = 3 where host = 'a.example'");
        run("delete from processed_events_aggregated_source where host = 'b.example'");
        assertThat(results.fault(3, HITS))
                .contains("processed_events_aggregated: of 2 windows of a host 1 are wrong or missing, there are 2.")
                .contains(
                        "processed_events_aggregated_source: of 2 windows of a host 1 are wrong or missing, there are 1.");
    }
}
