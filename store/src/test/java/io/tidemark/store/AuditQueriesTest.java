package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.store.AuditOffsets.Range;
import io.tidemark.store.AuditSnapshot.Account;
import io.tidemark.store.AuditSnapshot.Partition;
import io.tidemark.store.AuditSnapshot.Repeated;
import io.tidemark.store.AuditSnapshot.Rows;
import io.tidemark.store.AuditWindows.Difference;
import io.tidemark.testkit.TestPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditQueriesTest {
    private static final long NEXT = NOON + FIVE_MINUTES;
    private static final Partition FIRST = new Partition(TOPIC, 0);

    private final StoreConfig config = StoreFixture.newDatabase();

    /** Four events in two windows, counted: offsets 0 and 1 are in the first window. */
    @BeforeEach
    void countFourEvents() {
        StoreFixture.partitionForAll(config);
        event(0, NOON, "a.example", "'x'");
        event(1, NEXT - 1, "a.example", "null");
        event(2, NEXT, "a.example", "''");
        event(64, NEXT, "b.example", "'x'");
        run("insert into ingest_ledger (topic_id, partition, next_offset, stored, rejected, absent)"
                + " values ('%s', 0, 70, 4, 60, 6)".formatted(TOPIC));
        run("insert into aggregate_settings (window_size_ms, time) values (300000, 'event')");
        closedUntil(NEXT + FIVE_MINUTES - 1);
        host(NOON, "a.example", 2);
        host(NEXT, "a.example", 1);
        host(NEXT, "b.example", 1);
        referrer(NOON, "a.example", "x", 1);
        referrer(NOON, "a.example", "", 1);
        referrer(NEXT, "a.example", "", 1);
        referrer(NEXT, "b.example", "x", 1);
    }

    @Test
    void offsetsAndAccountOfAPartitionAreRead() {
        Rows rows = read().rows(FIRST);
        assertThat(rows.account()).isEqualTo(new Account(0, 70, 4, 60, 6));
        assertThat(rows.rows()).isEqualTo(4);
        assertThat(rows.repeated()).isEmpty();
        assertThat(rows.stored().ranges(9)).containsExactly(new Range(0, 2), new Range(64, 64));
        assertThat(rows.rejected().isEmpty()).isTrue();
    }

    @Test
    void partitionIsThereIfAnyTableNamesIt() {
        run("insert into ingest_rejected (topic_id, partition, source_offset, reason, message)"
                + " values ('%s', 7, 3, 'empty', 'no')".formatted(TOPIC));
        event("'%s', 8, 3".formatted(TOPIC), NOON, "a.example", "'x'");
        AuditSnapshot read = read();
        assertThat(read.partitions()).containsOnlyKeys(FIRST, new Partition(TOPIC, 7), new Partition(TOPIC, 8));
        assertThat(read.rows(new Partition(TOPIC, 7)).rejected().ranges(9)).containsExactly(new Range(3, 3));
        assertThat(read.rows(new Partition(TOPIC, 8)).account()).isNull();
        assertThat(read.rows(new Partition(TOPIC, 9)).rows()).isZero();
    }

    @Test
    void offsetWithSeveralRowsIsNamed() {
        event(1, NOON, "a.example", "'x'");
        event(1, NOON, "a.example", "'x'");
        event(64, NOON, "a.example", "'x'");
        Rows rows = read().rows(FIRST);
        assertThat(rows.rows()).isEqualTo(7);
        assertThat(rows.stored().size()).isEqualTo(4);
        assertThat(rows.repeated()).containsExactly(new Repeated(1, 3), new Repeated(64, 2));
    }

    @Test
    void everyOffsetOfAWordIsToldApart() {
        run("delete from processed_events");
        run("insert into processed_events (event_timestamp, host, geodata, bot, referrer_source, source_topic_id,"
                + " source_partition, source_offset)"
                + " select now(), 'a', '{}', false, 'direct', '%s', 0, n from generate_series(0, 199999) n"
                        .formatted(TOPIC));
        assertThat(read().rows(FIRST).stored().ranges(9)).containsExactly(new Range(0, 199_999));
    }

    @Test
    void windowsThatAgreeHaveNoDifference() {
        AuditWindows windows = read().windows();
        assertThat(windows.differences()).isEmpty();
        assertThat(windows.differing()).isZero();
        assertThat(windows.checked()).isEqualTo(2);
        assertThat(windows.hosts()).isEqualTo(3);
        assertThat(windows.hits()).isEqualTo(4);
        assertThat(windows.open()).isZero();
        assertThat(windows.marked()).isZero();
        assertThat(windows.sizeMillis()).hasValue(FIVE_MINUTES);
    }

    @Test
    void eventWithoutARowIsADifference() {
        run("delete from processed_events_aggregated_source where host = 'b.example'");
        run("delete from processed_events_aggregated where host = 'b.example'");
        assertDifferences(
                new Difference(NEXT, "b.example", null, null, null, 1L),
                new Difference(NEXT, "b.example", "x", null, null, 1L));
    }

    @Test
    void rowWithoutEventsIsADifference() {
        run("delete from processed_events where host = 'b.example'");
        assertDifferences(
                new Difference(NEXT, "b.example", null, 1L, 1L, null),
                new Difference(NEXT, "b.example", "x", null, 1L, null));
    }

    @Test
    void hostThatIsNotTheSumOfItsReferrersIsADifference() {
        run("update processed_events_aggregated set num_hits = 3 where host = 'a.example' and num_hits = 2");
        assertDifferences(new Difference(NOON, "a.example", null, 3L, 2L, 2L));
    }

    @Test
    void countsThatOnlyReferrersTellApartAreADifference() {
        run("update processed_events_aggregated_source set referrer = 'y' where host = 'a.example' and referrer = 'x'");
        assertDifferences(
                new Difference(NOON, "a.example", "x", null, null, 1L),
                new Difference(NOON, "a.example", "y", null, 1L, null));
    }

    @Test
    void onlySoManyDifferencesAreNamedAndAllAreCounted() {
        run("delete from processed_events");
        AuditWindows windows = new AuditQueries(config).read(2).windows();
        assertThat(windows.differences()).hasSize(2);
        assertThat(windows.differing()).isEqualTo(3 + 4);
    }

    @Test
    void windowThatIsNotClosedIsCountedAndNotChecked() {
        closedUntil(NEXT + FIVE_MINUTES - 2);
        run("delete from processed_events_aggregated where host = 'b.example'");
        AuditWindows windows = read().windows();
        assertThat(windows.differences()).isEmpty();
        assertThat(windows.checked()).isEqualTo(1);
        assertThat(windows.open()).isEqualTo(1);
    }

    @Test
    void withoutAWatermarkNoWindowIsClosed() {
        run("delete from aggregate_progress");
        run("delete from processed_events_aggregated");
        AuditWindows windows = read().windows();
        assertThat(windows.checked()).isZero();
        assertThat(windows.open()).isEqualTo(2);
        assertThat(windows.differences()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, 253_402_300_799_999L})
    void watermarkAtTheEndOfTimeClosesAll(long watermark) {
        closedUntil(watermark);
        event(65, -1, "old.example", "null");
        event(66, -62_167_219_200_000L, "old.example", "null");
        event(67, 253_402_300_799_999L, "new.example", "null");
        AuditWindows windows = read().windows();
        assertThat(windows.open()).isZero();
        assertThat(windows.differences())
                .extracting(Difference::startMillis)
                .containsExactly(
                        -62_167_219_200_000L,
                        -62_167_219_200_000L,
                        -FIVE_MINUTES,
                        -FIVE_MINUTES,
                        253_402_300_500_000L,
                        253_402_300_500_000L);
    }

    @Test
    void watermarkAtTheBeginningOfTimeClosesNone() {
        closedUntil(Long.MIN_VALUE);
        assertThat(read().windows().checked()).isZero();
    }

    @Test
    void markedWindowIsCountedAndNotChecked() {
        run("delete from processed_events_aggregated where host = 'b.example'");
        mark(NEXT);
        AuditWindows windows = read().windows();
        assertThat(windows.differences()).isEmpty();
        assertThat(windows.checked()).isEqualTo(1);
        assertThat(windows.marked()).isEqualTo(1);
        assertThat(windows.open()).isZero();
    }

    @Test
    void ofWindowsByProcessingTimeOnlyHostsAndReferrersAreCompared() {
        run("update aggregate_settings set time = 'processing'");
        run("delete from aggregate_progress");
        run("delete from processed_events");
        assertThat(read().windows().differences()).isEmpty();
        assertThat(read().windows().checked()).isEqualTo(2);
        run("delete from processed_events_aggregated_source where referrer = '' and num_hits = 1 and event_hour = "
                + time(NOON));
        assertDifferences(new Difference(NOON, "a.example", null, 2L, 1L, null));
    }

    @Test
    void tablesThatNobodyClaimedHaveNoWindows() {
        run("delete from aggregate_settings");
        assertThat(read().windows().sizeMillis()).isEmpty();
    }

    @Test
    void nothingIsChangedAndNothingLeftBehind() {
        read();
        assertThat(StoreFixture.rows(
                        config,
                        "select count(*) from pg_stat_activity where application_name = 'tidemark-audit'"
                                + " and datname = current_database() and state like 'idle in%'"))
                .containsExactly("0");
    }

    @Test
    void databaseWithoutTheTablesIsSaidToBeSo() {
        StoreConfig empty = new StoreConfig(TestPostgres.newDatabase(), "postgres", "postgres");
        assertThatThrownBy(() -> new AuditQueries(empty).read(10))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("There is no table ")
                .hasMessageContaining("tidemark up");
    }

    @Test
    void databaseThatIsAwayIsSaidToBeSo() {
        StoreConfig away = new StoreConfig("jdbc:postgresql://127.0.0.1:1/none", "postgres", "");
        assertThatThrownBy(() -> new AuditQueries(away).read(10))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("Cannot read the tables")
                .hasMessageContaining("refused");
    }

    private AuditSnapshot read() {
        return new AuditQueries(config).read(100);
    }

    private void assertDifferences(Difference... expected) {
        AuditWindows windows = read().windows();
        assertThat(windows.differences()).containsExactly(expected);
        assertThat(windows.differing()).isEqualTo(expected.length);
    }

    private void event(long offset, long millis, String host, String referrer) {
        event("'%s', 0, %d".formatted(TOPIC, offset), millis, host, referrer);
    }

    private void event(String source, long millis, String host, String referrer) {
        run("insert into processed_events (event_timestamp, host, referrer, geodata, bot, referrer_source,"
                + " source_topic_id, source_partition, source_offset) values (%s, '%s', %s, '{}', false, 'other', %s)"
                        .formatted(time(millis), host, referrer, source));
    }

    private void host(long start, String host, long hits) {
        run("insert into processed_events_aggregated (event_hour, host, num_hits) values (%s, '%s', %d)"
                .formatted(time(start), host, hits));
    }

    private void referrer(long start, String host, String referrer, long hits) {
        run("insert into processed_events_aggregated_source (event_hour, host, referrer, num_hits)"
                + " values (%s, '%s', '%s', %d)".formatted(time(start), host, referrer, hits));
    }

    private void closedUntil(long watermark) {
        run("delete from aggregate_progress");
        run("insert into aggregate_progress (watermark_ms) values (%d)".formatted(watermark));
    }

    private void mark(long start) {
        run("insert into window_corrections (window_start, window_size_ms) values (%s, 300000)".formatted(time(start)));
    }

    private static String time(long millis) {
        return "(timestamptz 'epoch' + %d * interval '1 millisecond')".formatted(millis);
    }

    private void run(String sql) {
        StoreFixture.run(config, sql);
    }
}
