package io.tidemark.stream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.TumblingWindows;
import io.tidemark.model.WindowCounts;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.WriteBatches;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link WriteBatches} and {@link CorrectWindows} with the tables they write. */
class WindowTablesTest {
    private static final long NOON = 1_772_366_400_000L;
    private static final long SIZE = 300_000;
    private static final String PROGRESS = "select watermark_ms from aggregate_progress";
    private static final String WINDOWS = "select host, num_hits from processed_events_aggregated order by 1";
    private static final String MARKS =
            "select extract(epoch from window_start)::bigint * 1000 from window_corrections";

    private final StoreConfig store = new StoreConfig(TestPostgres.newDatabase(), "postgres", "postgres");

    private final List<OneInputStreamOperatorTestHarness<?, ?>> opened = new ArrayList<>();

    @BeforeEach
    void migrate() {
        Migrations.apply(store);
    }

    @AfterEach
    void close() throws Exception {
        for (OneInputStreamOperatorTestHarness<?, ?> harness : opened) {
            harness.close();
        }
    }

    private AggregateConfig config(boolean bounded) {
        return new AggregateConfig(
                KafkaSettings.of("nowhere:1"),
                store,
                new StartOffsets(Map.of(), Long.MIN_VALUE),
                bounded,
                1,
                new TumblingWindows(SIZE),
                List.of(),
                Long.MIN_VALUE,
                TimeCharacteristic.EVENT,
                AggregateConfig.WATERMARK_DELAY,
                AggregateConfig.ALLOWED_LATENESS,
                AggregateConfig.QUIET_AFTER,
                AggregateConfig.FLUSH_INTERVAL);
    }

    private OneInputStreamOperatorTestHarness<WindowCounts, LateHits> writer() throws Exception {
        OneInputStreamOperatorTestHarness<WindowCounts, LateHits> writer = new OneInputStreamOperatorTestHarness<>(
                new WriteBatches<>(AggregateConfig.FLUSH_INTERVAL, () -> Destinations.windows(config(false))));
        opened.add(writer);
        writer.open();
        return writer;
    }

    private OneInputStreamOperatorTestHarness<LateHits, Void> corrector(boolean bounded) throws Exception {
        OneInputStreamOperatorTestHarness<LateHits, Void> corrector =
                new OneInputStreamOperatorTestHarness<>(new CorrectWindows(config(bounded)));
        opened.add(corrector);
        corrector.open();
        return corrector;
    }

    private static StreamRecord<WindowCounts> counts(String host) {
        return new StreamRecord<>(new WindowCounts(NOON, host, Map.of("", 2L)));
    }

    private List<String> rows(String sql) {
        try (Connection connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(String.join("|", row));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot run " + sql, e);
        }
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void storeAnEvent() throws SQLException {
        run("create table a_day partition of processed_events for values from ('2026-03-01Z') to ('2026-03-02Z')");
        run("""
                insert into processed_events (event_timestamp, host, geodata, bot, referrer_source, source_topic_id,
                    source_partition, source_offset)
                values ('2026-03-01 12:00Z', 'a', '{}', false, 'direct', gen_random_uuid(), 0, 0)""");
    }

    @Test
    void watermarkGoesOnAtOnceWhenNothingIsPending() throws Exception {
        var writer = writer();
        writer.processWatermark(NOON);
        assertThat(writer.getOutput()).containsExactly(new Watermark(NOON));
    }

    @Test
    void windowsThatAWatermarkClosesAreWrittenAtOnceUnlessOthersJustWere() throws Exception {
        var writer = writer();
        writer.setProcessingTime(1_000);
        writer.processElement(counts("a"));
        writer.processWatermark(NOON + SIZE - 1);
        assertThat(writer.getOutput()).containsExactly(new Watermark(NOON + SIZE - 1));
        assertThat(rows(WINDOWS)).containsExactly("a|2");

        writer.processElement(counts("b"));
        writer.processWatermark(NOON + SIZE);
        assertThat(writer.getOutput()).hasSize(1);
        assertThat(rows(WINDOWS)).containsExactly("a|2");
        writer.setProcessingTime(1_200);
        assertThat(writer.getOutput()).contains(new Watermark(NOON + SIZE));
        assertThat(rows(WINDOWS)).containsExactly("a|2", "b|2");
    }

    @Test
    void watermarkWaitsForTheWindowsBeforeIt() throws Exception {
        var writer = writer();
        writer.processElement(counts("a"));
        writer.processWatermark(NOON + SIZE - 1);
        writer.processWatermark(NOON + SIZE);
        assertThat(writer.getOutput()).isEmpty();
        writer.setProcessingTime(200);
        assertThat(writer.getOutput()).containsExactly(new Watermark(NOON + SIZE));
        assertThat(rows(WINDOWS)).containsExactly("a|2");
    }

    @Test
    void watermarkThatWaitsGoesWithTheCheckpointToo() throws Exception {
        var writer = writer();
        writer.processElement(counts("a"));
        writer.processWatermark(NOON + SIZE);
        writer.prepareSnapshotPreBarrier(1);
        assertThat(writer.getOutput()).containsExactly(new Watermark(NOON + SIZE));
    }

    @Test
    void windowsThatCameBehindTheWatermarkAreWrittenWithIt() throws Exception {
        var writer = writer();
        writer.processElement(counts("a"));
        writer.processWatermark(NOON + SIZE);
        writer.processElement(counts("b"));
        writer.getOneInputOperator().finish();
        assertThat(writer.getOutput()).containsExactly(new Watermark(NOON + SIZE));
        assertThat(rows(WINDOWS)).containsExactly("a|2", "b|2");
    }

    @Test
    void progressIsStoredOnceASecond() throws Exception {
        var corrector = corrector(false);
        corrector.processWatermark(NOON);
        assertThat(rows(PROGRESS)).isEmpty();
        corrector.setProcessingTime(1_000);
        assertThat(rows(PROGRESS)).containsExactly("" + NOON);
        corrector.processWatermark(NOON + 1);
        corrector.processWatermark(NOON + 2);
        corrector.setProcessingTime(1_999);
        assertThat(rows(PROGRESS)).containsExactly("" + NOON);
        corrector.setProcessingTime(2_000);
        assertThat(rows(PROGRESS)).containsExactly("" + (NOON + 2));
    }

    @Test
    void progressOfARunToTheEndIsAllAndAJobAfterItOpensTheNewestWindowAgain() throws Exception {
        var writer = writer();
        var run = corrector(true);
        writer.processElement(counts("a"));
        writer.processWatermark(Watermark.MAX_WATERMARK);
        writer.getOneInputOperator().finish();
        run.processWatermark(Watermark.MAX_WATERMARK);
        run.getOneInputOperator().finish();
        assertThat(rows(PROGRESS)).containsExactly("" + Long.MAX_VALUE);
        corrector(true);
        assertThat(rows(PROGRESS)).containsExactly("" + Long.MAX_VALUE);
        corrector(false);
        assertThat(rows(PROGRESS)).containsExactly("" + (NOON - 1));
    }

    @Test
    void marksAreStoredBeforeACheckpoint() throws Exception {
        var corrector = corrector(false);
        corrector.processElement(new StreamRecord<>(new LateHits(NOON, SIZE)));
        corrector.processElement(new StreamRecord<>(new LateHits(NOON, SIZE)));
        assertThat(rows(MARKS)).isEmpty();
        corrector.prepareSnapshotPreBarrier(1);
        assertThat(rows(MARKS)).containsExactly("" + NOON);
    }

    @Test
    void markedWindowIsRecomputedWithinASecond() throws Exception {
        storeAnEvent();
        var corrector = corrector(false);
        corrector.processElement(new StreamRecord<>(new LateHits(NOON, SIZE)));
        corrector.setProcessingTime(1_000);
        assertThat(rows(WINDOWS)).containsExactly("a|1");
        assertThat(rows(MARKS)).isEmpty();
    }

    @Test
    void progressNeverPassesAWindowWhoseMarkIsNotStored() throws Exception {
        run("alter table window_corrections add constraint full_of_marks check (false) not valid");
        var corrector = corrector(false);
        corrector.processElement(new StreamRecord<>(new LateHits(NOON, SIZE)));
        corrector.processWatermark(NOON + SIZE);
        assertThatThrownBy(() -> corrector.setProcessingTime(1_000)).hasMessageContaining("full_of_marks");
        assertThat(rows(PROGRESS)).isEmpty();
        run("alter table window_corrections drop constraint full_of_marks");
    }

    @Test
    void everythingMarkedIsRecomputedAtTheEnd() throws Exception {
        storeAnEvent();
        var corrector = corrector(true);
        corrector.processElement(new StreamRecord<>(new LateHits(NOON, SIZE)));
        corrector.getOneInputOperator().finish();
        assertThat(rows(WINDOWS)).containsExactly("a|1");
        assertThat(rows(MARKS)).isEmpty();
    }
}
