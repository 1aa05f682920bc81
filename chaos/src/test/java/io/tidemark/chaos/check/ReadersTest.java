package io.tidemark.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.check.Evidence.RejectedRow;
import io.tidemark.chaos.check.Evidence.Row;
import io.tidemark.chaos.check.Evidence.Source;
import io.tidemark.chaos.traffic.Expected.WindowHost;
import io.tidemark.chaos.traffic.Outcome;
import io.tidemark.chaos.traffic.Place;
import io.tidemark.model.Aggregate;
import io.tidemark.store.AggregateTables;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.testkit.TestPostgres;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is read from a real database of the present schema. */
final class ReadersTest {
    private static final String TOPIC = "00000000-0000-0000-0000-0000000000aa";

    private final URI url = URI.create(TestPostgres.newDatabase().substring("jdbc:".length()));
    private final Database database = new Database(url.getPort(), url.getPath().substring(1), "postgres", "postgres");

    @BeforeEach
    void migrate() {
        StoreConfig store = new StoreConfig("jdbc:" + url, "postgres", "postgres");
        assertThat(Migrations.apply(store)).isPositive();
        AggregateTables.prepare(store, Aggregate.DEFAULTS, Duration.ofSeconds(5));
    }

    @Test
    void aSnapshotHasTheLedgerTheRowsAndTheWindows() throws SQLException {
        database.execute("""
                insert into ingest_ledger (topic_id, partition, next_offset, stored, rejected)
                values ('%s', 2, 3, 2, 1)""".formatted(TOPIC));
        database.execute("""
                insert into processed_events_aggregated (event_hour, host, num_hits)
                values (timestamptz 'epoch' + interval '5 s', 'a.test', 2)""");
        database.execute("""
                insert into processed_events_aggregated_source (event_hour, host, referrer, num_hits)
                values (timestamptz 'epoch' + interval '5 s', 'a.test', '', 1)""");
        try (Connection connection = database.connect()) {
            Snapshot snapshot = Tables.snapshot(connection);
            assertThat(snapshot.ledgerStored()).containsEntry(TOPIC + "/2", 2L);
            assertThat(snapshot.byHost()).containsEntry(new WindowHost(5_000, "a.test"), 2L);
            assertThat(snapshot.differences(Snapshot.EMPTY)).hasSize(2);
            assertThat(Tables.positions(connection, TOPIC)).containsEntry(2, 3L);
            assertThat(Tables.countsAllEvents(connection)).isFalse();
        }
    }

    @Test
    void eventsAndRejectionsAreReadWithAllThatTheyWereSentWith() throws SQLException {
        database.execute(
                "create table a_day partition of processed_events for values from ('1970-01-01Z') to ('1970-01-02Z')");
        database.execute("""
                insert into processed_events (source_topic_id, source_partition, source_offset, host, event_timestamp,
                    url, ip, user_agent, geodata, bot, referrer_source)
                values ('%s', 2, 7, 'a.test', timestamptz 'epoch' + interval '1.234 s', '/page', '192.0.2.1', 'curl', '{}', true, 'direct'),
                    ('%s', 2, 8, 'a.test', timestamptz 'epoch', null, null, null, '{}', false, 'direct')""".formatted(TOPIC, TOPIC));
        database.execute("""
                insert into ingest_rejected (topic_id, partition, source_offset, reason, message)
                values ('%s', 1, 4, 'empty', 'The record has no value')""".formatted(TOPIC));
        try (Connection connection = database.connect()) {
            assertThat(Tables.events(connection))
                    .containsExactlyInAnyOrder(
                            new Row(
                                    new Source(TOPIC, new Place(2, 7)),
                                    new Outcome.Stored("a.test", "", 1_234, "/page", "192.0.2.1", "curl")),
                            new Row(
                                    new Source(TOPIC, new Place(2, 8)),
                                    new Outcome.Stored("a.test", "", 0, null, null, null)));
            assertThat(Tables.rejections(connection))
                    .containsExactly(new RejectedRow(new Source(TOPIC, new Place(1, 4)), "empty"));
        }
    }

    @Test
    void aCleanDatabaseHasNothingLeftBehind() throws SQLException {
        try (Connection connection = database.connect()) {
            assertThat(Leftovers.whileIdle(connection)).isEmpty();
            assertThat(Leftovers.afterEnd(connection)).isEmpty();
        }
    }

    @Test
    void marksLocksOpenTransactionsAndTemporaryTablesOfTheJobsAreLeftBehind() throws SQLException {
        database.execute("insert into window_corrections (window_start, window_size_ms) values (now(), 5000)");
        try (Connection connection = database.connect();
                Connection job = database.connect();
                Statement statement = job.createStatement()) {
            statement.execute("set application_name = 'tidemark-events'");
            job.setAutoCommit(false);
            statement.execute("create temporary table t (n integer)");
            statement.execute("select pg_advisory_xact_lock(1)");
            assertThat(Leftovers.whileIdle(connection))
                    .anyMatch(each -> each.contains("waits for its correction"))
                    .anyMatch(each -> each.startsWith("advisory lock"))
                    .contains("tidemark-events is idle in transaction");
            job.commit();
            assertThat(Leftovers.whileIdle(connection)).contains("temporary table t");
            assertThat(Leftovers.afterEnd(connection)).contains("session of tidemark-events, idle");
        }
    }

    @Test
    void aReaderThatLooksAndSeesWholeFlushesFindsNothing() throws Exception {
        try (SnapshotReader reader = SnapshotReader.start(database)) {
            while (reader.looks() == 0) {
                Thread.onSpinWait();
            }
            assertThat(reader.end()).isEmpty();
        }
    }

    @Test
    void aReaderBesideAWriterSeesAPartOfAFlush() throws Exception {
        try (SnapshotReader reader = SnapshotReader.start(database)) {
            database.execute("""
                    insert into ingest_ledger (topic_id, partition, next_offset, stored) values ('%s', 0, 1, 1)""".formatted(TOPIC));
            long before = reader.looks();
            while (reader.looks() < before + 2) {
                Thread.onSpinWait();
            }
            assertThat(reader.end()).isNotEmpty();
        }
    }
}
