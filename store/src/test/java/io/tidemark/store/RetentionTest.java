package io.tidemark.store;

import static io.tidemark.store.RetentionFixture.CLOCK;
import static io.tidemark.store.RetentionFixture.FIRST_KEPT;
import static io.tidemark.store.RetentionFixture.NOW;
import static io.tidemark.store.RetentionFixture.OLD;
import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.RejectReason;
import io.tidemark.model.TumblingWindows;
import io.tidemark.model.WindowCounts;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final long LAST_OLD =
            Instant.parse("2026-08-29T23:59:59.999Z").toEpochMilli();
    private static final RetentionRules NINETY_DAYS =
            new RetentionRules(OptionalInt.of(90), OptionalInt.empty(), false);
    private static final RetentionRules WINDOWS_TOO = new RetentionRules(OptionalInt.of(90), OptionalInt.of(90), false);
    private static final String PARTITIONS =
            "select relname from pg_class join pg_inherits on inhrelid = oid and inhparent = 'processed_events'::regclass order by 1";
    private static final List<String> ALL_TABLES = List.of(
            "processed_events",
            "processed_events_aggregated",
            "processed_events_aggregated_source",
            "ingest_ledger",
            "ingest_rejected",
            "ingest_gone",
            "retention_horizon",
            "forgotten_hits");

    private final RetentionFixture fixture = new RetentionFixture();
    private final StoreConfig config = fixture.config;

    private List<String> everything() {
        List<String> all = new ArrayList<>(rows(config, PARTITIONS));
        for (String table : ALL_TABLES) {
            all.addAll(rows(config, "select '" + table + "', t::text from " + table + " t order by 2"));
        }
        return all;
    }

    @Test
    void oldDaysGoAndAreAccountedFor() {
        fixture.store(OLD, OLD + 1, LAST_OLD, FIRST_KEPT, NOW.toEpochMilli());
        fixture.count(LAST_OLD, FIRST_KEPT, NOW.toEpochMilli());
        try (WindowWriter windows = new WindowWriter(config)) {
            windows.write(List.of(new WindowCounts(OLD, "h", Map.of("r", 2L))), FIVE_MINUTES);
        }

        List<RetentionStep> steps = fixture.retain(NINETY_DAYS);
        assertThat(steps)
                .extracting(step -> step.name() + " " + step.rows() + " " + step.kept())
                .containsExactly("processed_events_2026_08_20 2 null", "processed_events_2026_08_29 1 null");
        assertThat(rows(config, PARTITIONS))
                .containsExactly("processed_events_2026_08_30", "processed_events_2026_11_28");
        assertThat(rows(config, "select to_regclass('processed_events_2026_08_20')"))
                .containsExactly("null");
        assertThat(rows(config, "select partition, cause, rows, offsets from ingest_gone order by gone_id"))
                .containsExactly("0|expired|2|{[0,2)}", "0|expired|1|{[2,3)}");
        assertThat(rows(config, "select count(*) from processed_events_aggregated"))
                .containsExactly("4");
        fixture.assertAllAccountedFor();
        assertThat(new AuditQueries(config).read(10).gone())
                .isEqualTo(new AuditSnapshot.Gone(3, 0, FIRST_KEPT, Long.MIN_VALUE));

        assertThat(fixture.retain(NINETY_DAYS)).isEmpty();
    }

    @Test
    void dryRunTellsWhatWouldGoAndChangesNothing() {
        fixture.store(OLD, LAST_OLD, FIRST_KEPT);
        fixture.count(OLD, LAST_OLD);
        List<String> before = everything();
        try (Retention retention = new Retention(config, CLOCK)) {
            Retention.Plan plan = retention.plan(WINDOWS_TOO);
            assertThat(plan.eventsFromMillis()).isEqualTo(FIRST_KEPT);
            assertThat(plan.windowsFromMillis()).isEqualTo(FIRST_KEPT);
            assertThat(plan.steps())
                    .extracting(step -> step.name() + " " + step.kept())
                    .containsExactly(
                            "processed_events_2026_08_20 null",
                            "processed_events_2026_08_29 null",
                            "processed_events_aggregated it is not rolled up",
                            "processed_events_aggregated_source it is not rolled up");
        }
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void nothingGoesIfAllIsToBeKept() {
        fixture.store(OLD);
        fixture.count(OLD);
        List<String> before = everything();
        assertThat(fixture.retain(new RetentionRules(OptionalInt.empty(), OptionalInt.empty(), false)))
                .isEmpty();
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void withoutWindowsEventsGoUnasked() {
        fixture.store(OLD);
        assertThat(fixture.retain(NINETY_DAYS))
                .singleElement()
                .extracting(RetentionStep::kept)
                .isNull();
        fixture.assertAllAccountedFor();
    }

    @Test
    void dayThatWindowsDoNotCountYetIsKept() {
        fixture.store(OLD, LAST_OLD, LAST_OLD);
        fixture.count(OLD, LAST_OLD);
        assertThat(fixture.retain(NINETY_DAYS))
                .extracting(RetentionStep::kept)
                .containsExactly(
                        null, "1 window counts fewer page views than are stored, the first at 2026-08-29T23:55:00Z");
        assertThat(rows(config, PARTITIONS)).containsExactly("processed_events_2026_08_29");

        try (Corrections corrections = new Corrections(config)) {
            corrections.mark(List.of(LAST_OLD - FIVE_MINUTES + 1), FIVE_MINUTES);
            assertThat(fixture.retain(NINETY_DAYS))
                    .extracting(RetentionStep::kept)
                    .containsExactly("1 window waits to be recomputed from its events");
            corrections.recomputeMarked();
        }
        assertThat(fixture.retain(NINETY_DAYS)).extracting(RetentionStep::kept).containsOnlyNulls();
        fixture.assertAllAccountedFor();
        assertThat(rows(config, "select num_hits from processed_events_aggregated order by event_hour"))
                .containsExactly("1", "2");
    }

    @Test
    void dayWhoseWindowsAreNotClosedIsKeptUnlessItIsToGoUncounted() {
        fixture.store(OLD);
        WindowSettings.claim(config, Duration.ofMillis(FIVE_MINUTES), "event");
        assertThat(fixture.retain(NINETY_DAYS))
                .extracting(RetentionStep::kept)
                .containsExactly("the aggregate job has closed no window yet");
        run(config, "insert into aggregate_progress (watermark_ms) values (" + OLD + ")");
        assertThat(fixture.retain(NINETY_DAYS))
                .extracting(RetentionStep::kept)
                .containsExactly("the aggregate job has closed windows up to 2026-08-20T12:00:00Z only");

        assertThat(fixture.retain(new RetentionRules(OptionalInt.of(90), OptionalInt.empty(), true)))
                .extracting(RetentionStep::kept)
                .containsOnlyNulls();
        fixture.assertAllAccountedFor();
    }

    @Test
    void lateEventOfAnExpiredDayIsRejectedAndStaysSo() {
        fixture.store(OLD, NOW.toEpochMilli());
        fixture.retain(NINETY_DAYS);
        try (EventWriter writer = fixture.writer()) {
            writer.add(event("h", null, LAST_OLD), at(0, 2));
            writer.add(event("h", null, FIRST_KEPT), at(0, 3));
            writer.add(event("h", null, OLD), at(0, 4));
            EventWriter.Flushed flushed = writer.flush();
            assertThat(flushed.stored()).isOne();
            assertThat(flushed.refused())
                    .extracting(each -> each.at().offset() + " " + each.reason() + " " + each.message())
                    .containsExactly(
                            "2 EXPIRED event_time 2026-08-29T23:59:59.999Z is before 2026-08-30T00:00:00.000Z, from which on events are kept",
                            "4 EXPIRED event_time 2026-08-20T12:00:00.000Z is before 2026-08-30T00:00:00.000Z, from which on events are kept");
        }
        assertThat(rows(config, "select next_offset, stored, rejected, absent from ingest_ledger"))
                .containsExactly("5|3|2|0");
        assertThat(rows(config, PARTITIONS))
                .containsExactly("processed_events_2026_08_30", "processed_events_2026_11_28");
        fixture.assertAllAccountedFor();
        try (EventWriter replay = fixture.writer()) {
            assertThat(replay.add(event("h", null, OLD), at(0, 0))).isEqualTo(Admission.STORED);
            assertThat(replay.add(event("h", null, LAST_OLD), at(0, 2))).isEqualTo(Admission.REJECTED);
            assertThat(replay.rejectedBefore(at(0, 2)).reason()).isEqualTo(RejectReason.EXPIRED);
            assertThat(replay.add(event("h", null, FIRST_KEPT), at(0, 3))).isEqualTo(Admission.STORED);
            assertThat(replay.hasPending()).isFalse();
        }
    }

    @Test
    void expiredEventsAndARowThatPostgresRefusesLeaveTheOthers() {
        fixture.store(OLD);
        fixture.retain(NINETY_DAYS);
        try (EventWriter writer = fixture.writer()) {
            for (int i = 1; i <= 20; i++) {
                long time = i % 3 == 0 ? OLD : NOW.toEpochMilli();
                writer.add(event(i == 10 ? "nul\0host" : "h", null, time), at(0, i));
            }
            assertThat(writer.flush().refused()).hasSize(7);
        }
        assertThat(rows(config, "select reason, count(*) from ingest_rejected group by 1 order by 1"))
                .containsExactly("expired|6", "refused_by_database|1");
        assertThat(rows(config, "select count(*) from processed_events")).containsExactly("13");
        fixture.assertAllAccountedFor();
    }

    @Test
    void writersAndRetentionAtOnceLoseNothing() throws Exception {
        int writers = 3;
        int batches = 60;
        ExecutorService threads = Executors.newFixedThreadPool(writers + 1);
        try {
            List<Callable<Set<Long>>> tasks = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                int partition = i;
                tasks.add(() -> writeOverManyDays(partition, batches));
            }
            tasks.add(() -> {
                for (int days = 100; days >= 20; days -= 4) {
                    fixture.retain(new RetentionRules(OptionalInt.of(days), OptionalInt.empty(), false));
                }
                return Set.of();
            });
            List<Future<Set<Long>>> done = threads.invokeAll(tasks);
            done.get(writers).get();
            for (int i = 0; i < writers; i++) {
                assertThat(rows(config, "select source_offset from ingest_rejected where partition = " + i).stream()
                                .map(Long::valueOf))
                        .containsExactlyInAnyOrderElementsOf(done.get(i).get());
            }
        } finally {
            threads.shutdown();
        }
        assertThat(rows(config, "select sum(stored + rejected) from ingest_ledger"))
                .containsExactly(Integer.toString(writers * batches * 10));
        assertThat(
                        rows(
                                config,
                                "select count(*) from processed_events where event_timestamp < (select events_from from retention_horizon)"))
                .containsExactly("0");
        fixture.assertAllAccountedFor();
    }

    /** Returns the offsets that were rejected. */
    private Set<Long> writeOverManyDays(int partition, int batches) {
        Set<Long> rejected = new HashSet<>();
        try (EventWriter writer = fixture.writer()) {
            for (int batch = 0; batch < batches; batch++) {
                for (int i = 0; i < 10; i++) {
                    long days = (batch * 7L + i * 11L + partition) % 110;
                    writer.add(
                            event("h", null, NOW.minus(Duration.ofDays(days)).toEpochMilli()),
                            at(partition, batch * 10L + i));
                }
                writer.flush().refused().forEach(each -> rejected.add(each.at().offset()));
            }
        }
        return rejected;
    }

    @Test
    void ofAPartitionThatReachesIntoWhatIsKeptTheOldRowsAreDeleted() {
        run(config, "create table former partition of processed_events for values from (minvalue) to ('2026-09-05Z')");
        fixture.store(OLD, LAST_OLD, FIRST_KEPT);
        fixture.count(OLD, LAST_OLD, FIRST_KEPT);
        assertThat(fixture.retain(NINETY_DAYS))
                .singleElement()
                .satisfies(step -> assertThat(step.kind() + " " + step.rows()).isEqualTo("EVENTS 2"));
        assertThat(rows(config, "select source_offset from processed_events")).containsExactly("2");
        assertThat(rows(config, "select rows, offsets from ingest_gone")).containsExactly("2|{[0,2)}");
        fixture.assertAllAccountedFor();
    }

    @Test
    void windowsThatReachOverMidnightAreNotCutInTwo() {
        Duration week = Duration.ofHours(50);
        long start = new TumblingWindows(week.toMillis()).startOf(FIRST_KEPT);
        long next = start + week.toMillis();
        assertThat(start).isLessThan(FIRST_KEPT);
        fixture.store(FIRST_KEPT - 1, FIRST_KEPT + 1, next);
        WindowSettings.claim(config, week, "event");
        try (WindowWriter windows = new WindowWriter(config)) {
            windows.write(
                    List.of(
                            new WindowCounts(start, "h", Map.of("r", 2L)),
                            new WindowCounts(next, "h", Map.of("r", 1L))),
                    week.toMillis());
        }
        run(config, "insert into aggregate_progress (watermark_ms) values (" + Long.MAX_VALUE + ")");
        assertThat(fixture.retain(NINETY_DAYS)).extracting(RetentionStep::kept).containsOnlyNulls();
        assertThat(new AuditQueries(config).read(1).gone().eventsFromMillis()).isEqualTo(next);
        fixture.assertAllAccountedFor();
        try (EventWriter writer = fixture.writer()) {
            writer.add(event("h", null, next - 1), at(0, 9));
            assertThat(writer.flush().refused()).hasSize(1);
        }
    }

    @Test
    void whoReadsForLongIsWaitedForWithoutAQueueOfWriters() throws Exception {
        fixture.store(OLD);
        FaultyConnections connections = new FaultyConnections(config);
        try (var reader = config.connections("test", Duration.ofMinutes(1)).open();
                var read = reader.createStatement();
                var row = read.executeQuery("select count(*) from processed_events");
                Retention retention = new Retention(Session.impatient(connections, connections, CLOCK), CLOCK)) {
            row.next();
            connections.duringPauses(() -> {
                fixture.store(NOW.toEpochMilli());
                try {
                    reader.rollback();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            retention.run(NINETY_DAYS, step -> assertThat(step.kept()).isNull());
        }
        assertThat(connections.pauses).hasSize(1);
        assertThat(rows(config, PARTITIONS)).containsExactly("processed_events_2026_11_28");
        fixture.assertAllAccountedFor();
    }

    @Test
    void severalAtOnceDropEachDayOnce() throws Exception {
        long[] times = new long[40];
        for (int day = 0; day < times.length; day++) {
            times[day] = NOW.minus(Duration.ofDays(60 + day)).toEpochMilli();
        }
        fixture.store(times);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Callable<Integer> one = () -> fixture.retain(NINETY_DAYS).size();
            for (Future<Integer> done : threads.invokeAll(List.of(one, one, one))) {
                assertThat(done.get()).isLessThanOrEqualTo(9);
            }
        } finally {
            threads.shutdown();
        }
        assertThat(rows(config, "select count(*), sum(rows) from ingest_gone")).containsExactly("9|9");
        assertThat(rows(config, "select count(*) from processed_events")).containsExactly("31");
        fixture.assertAllAccountedFor();
    }

    @Test
    void rulesThatMakeNoSenseAreNamed() {
        assertThatThrownBy(() -> new RetentionRules(OptionalInt.of(0), OptionalInt.empty(), false))
                .hasMessage("events must be kept for at least 1d; was 0d");
        assertThatThrownBy(() -> new RetentionRules(OptionalInt.of(90), OptionalInt.of(89), false))
                .hasMessageContaining("windows must be kept for at least as long as events")
                .hasMessageContaining("was 89d, and events 90d");
        assertThatThrownBy(() -> new RetentionRules(OptionalInt.empty(), OptionalInt.of(400), false))
                .hasMessageContaining("was 400d, and events off (for ever)");
    }
}
