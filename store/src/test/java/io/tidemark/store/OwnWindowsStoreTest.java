package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.GroupCount;
import io.tidemark.model.SlicedWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tables of aggregates with windows of their own: made, written, recomputed, compared. */
class OwnWindowsStoreTest {
    private static final Duration MINUTES = Duration.ofMillis(FIVE_MINUTES);
    private static final long HOUR = 3_600_000;
    private static final Aggregate PLAIN = hosts("plain");
    private static final Aggregate HOURS = hosts("hours").in(SlicedWindows.tumble(Duration.ofHours(1)));
    private static final Aggregate HOPS = hosts("hops").in(SlicedWindows.hop(Duration.ofMinutes(30), MINUTES));
    private static final Aggregate DAYS =
            hosts("days").in(SlicedWindows.cumulate(Duration.ofDays(1), Duration.ofHours(6)));
    private static final List<Aggregate> ALL = List.of(PLAIN, HOURS, HOPS, DAYS);

    private final StoreConfig config = StoreFixture.newDatabase();
    private final EventWriter events = new EventWriter(config);
    private final List<Long> stored = new ArrayList<>();
    private long offset;

    OwnWindowsStoreTest() {
        WindowSettings.claim(config, MINUTES, "event");
    }

    private static Aggregate hosts(String table) {
        return new Aggregate(table, List.of(Dimension.HOST), false);
    }

    @AfterEach
    void close() {
        events.close();
    }

    private List<Aggregate> prepare() {
        return AggregateTables.prepare(config, ALL, MINUTES);
    }

    private void store(long time) {
        events.add(event("h", null, time), at(0, offset++));
        stored.add(time);
    }

    private static List<String> windows(StoreConfig config, String table) {
        return rows(
                config,
                "select extract(epoch from event_hour)::bigint * 1000, extract(epoch from window_end)::bigint * 1000, num_hits from "
                        + table + " order by 2, 1");
    }

    /** Marks every window that holds one of these, as the job does, and recomputes them. */
    private void recompute(Iterable<Long> times) {
        Map<Long, TreeSet<Long>> marks = new HashMap<>();
        for (long time : times) {
            for (Aggregate each : ALL) {
                SlicedWindows kind = each.windows() == null ? SlicedWindows.tumble(MINUTES) : each.windows();
                long slice = kind.sliceOf(time);
                for (long end = kind.firstEnd(slice); end <= kind.lastEnd(slice); end += kind.everyMillis()) {
                    marks.computeIfAbsent(end - kind.startOf(end), none -> new TreeSet<>())
                            .add(kind.startOf(end));
                }
            }
        }
        try (Corrections corrections = new Corrections(config)) {
            corrections.mark(marks, FIVE_MINUTES);
            int done = corrections.recomputeMarked();
            while (done > 0) {
                done = corrections.recomputeMarked();
            }
        }
    }

    private List<String> expected(SlicedWindows kind) {
        TreeSet<Long> ends = new TreeSet<>();
        for (long time : stored) {
            long slice = kind.sliceOf(time);
            for (long end = kind.firstEnd(slice); end <= kind.lastEnd(slice); end += kind.everyMillis()) {
                ends.add(end);
            }
        }
        List<String> expected = new ArrayList<>();
        for (long end : ends) {
            long start = kind.startOf(end);
            expected.add("%d|%d|%d"
                    .formatted(
                            start,
                            end,
                            stored.stream()
                                    .filter(time -> time >= start && time < end)
                                    .count()));
        }
        return expected;
    }

    @Test
    void everyMarkedWindowIsRecomputedInEachTableThatHasIt() {
        long seed = Long.getLong("tidemark.seed", System.nanoTime());
        System.out.println("-Dtidemark.seed=" + seed);
        Random random = new Random(seed);
        prepare();
        for (int round = 0; round < 3; round++) {
            List<Long> late = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                long time = NOON + random.nextInt(40 * (int) HOUR) - 20 * HOUR;
                store(time);
                late.add(time);
            }
            events.flush();
            recompute(late);
            assertThat(windows(config, "hours")).isEqualTo(expected(SlicedWindows.tumble(Duration.ofHours(1))));
            assertThat(windows(config, "hops")).isEqualTo(expected(SlicedWindows.hop(Duration.ofMinutes(30), MINUTES)));
            assertThat(windows(config, "days"))
                    .isEqualTo(expected(SlicedWindows.cumulate(Duration.ofDays(1), Duration.ofHours(6))));
            assertThat(rows(config, "select sum(num_hits) from plain")).containsExactly("" + stored.size());
        }
    }

    @Test
    void aMarkOfALongerWindowLeavesTheTablesOfTheJobAlone() {
        prepare();
        store(NOON);
        events.flush();
        try (Corrections corrections = new Corrections(config)) {
            corrections.mark(Map.of(HOUR, List.of(NOON), 2 * HOUR, List.of(NOON)), FIVE_MINUTES);
            assertThat(corrections.recomputeMarked()).isEqualTo(2);
        }
        assertThat(windows(config, "hours")).containsExactly("%d|%d|1".formatted(NOON, NOON + HOUR));
        assertThat(rows(config, "select * from hops")).isEmpty();
        assertThat(rows(config, "select * from processed_events_aggregated")).isEmpty();
    }

    @Test
    void writingAgainReplacesOnlyWhatGrows() {
        List<Aggregate> prepared = prepare();
        String days = prepared.get(3).id();
        try (GroupWriter writer = new GroupWriter(config, prepared)) {
            writer.write(
                    List.of(
                            new GroupCount(days, NOON - 12 * HOUR, NOON, "h", 3, null),
                            new GroupCount(days, NOON - 12 * HOUR, NOON + 6 * HOUR, "h", 4, null),
                            new GroupCount(days, NOON - 12 * HOUR, NOON, "h", 2, null)),
                    FIVE_MINUTES);
            writer.write(List.of(new GroupCount(days, NOON - 12 * HOUR, NOON + 6 * HOUR, "h", 6, null)), FIVE_MINUTES);
            writer.write(List.of(new GroupCount(days, NOON - 12 * HOUR, NOON, "h", 1, null)), FIVE_MINUTES);
        }
        assertThat(windows(config, "days"))
                .containsExactly(
                        "%d|%d|3".formatted(NOON - 12 * HOUR, NOON),
                        "%d|%d|6".formatted(NOON - 12 * HOUR, NOON + 6 * HOUR));
    }

    @Test
    void aTableThatHasOtherWindowsIsRefusedByName() {
        prepare();
        Aggregate other = hosts("hops").in(SlicedWindows.hop(Duration.ofHours(1), MINUTES));
        assertThatThrownBy(() -> AggregateTables.prepare(config, List.of(other), MINUTES))
                .hasMessageContaining(
                        "Table \"hops\" counts in windows {hop: {size: 30m, every: 5m}}; now it is to count in"
                                + " windows {hop: {size: 1h, every: 5m}}");
        assertThatThrownBy(() -> AggregateTables.prepare(config, List.of(hosts("hops")), MINUTES))
                .hasMessageContaining("in windows by --window. Choose another name, or drop the table first");
        assertThat(prepare())
                .extracting(Aggregate::windows)
                .isEqualTo(ALL.stream().map(Aggregate::windows).toList());
    }

    @Test
    void theAuditComparesEachClosedWindowWithThoseOfTheJob() {
        prepare();
        for (int minute = 0; minute < 300; minute += 7) {
            store(NOON + minute * 60_000L);
        }
        events.flush();
        recompute(stored);
        try (WindowProgress progress =
                new WindowProgress(Session.patient(config.writerConnections("p", Duration.ofMinutes(1))))) {
            progress.advance(NOON + 5 * HOUR + FIVE_MINUTES - 1, FIVE_MINUTES);
        }
        assertThat(new AuditQueries(config).read(10).windows().groups().differences())
                .isEmpty();

        run(config, "update aggregate_tables set created_at = '2026-02-01Z'");
        run(config, "update hops set num_hits = num_hits + 1 where window_end = '2026-03-01 12:30Z'");
        run(config, "delete from hours where event_hour = '2026-03-01 13:00Z'");
        run(config, "update days set num_hits = num_hits - 1 where window_end = '2026-03-01 18:00Z'");
        // Of windows that are not closed, and one that is marked, nothing is said.
        run(config, "update days set num_hits = num_hits - 1 where window_end = '2026-03-02 00:00Z'");
        run(config, "update hops set num_hits = num_hits + 1 where window_end = '2026-03-01 14:30Z'");
        run(
                config,
                "insert into window_corrections (window_start, window_size_ms) values ('2026-03-01 14:00Z', 1800000)");
        AuditGroups groups = new AuditQueries(config).read(10).windows().groups();
        assertThat(groups.differing()).isEqualTo(2);
        assertThat(groups.differences())
                .containsExactlyInAnyOrder(
                        new AuditGroups.Difference("hops", NOON, NOON + HOUR / 2, "h", 6L, 5L),
                        new AuditGroups.Difference("hours", NOON + HOUR, NOON + 2 * HOUR, "h", null, 9L));
    }

    @Test
    void whatIsForgottenIsStillCountedInAllWindowsThatHeldIt() {
        prepare();
        store(NOON);
        store(NOON + FIVE_MINUTES);
        events.flush();
        recompute(stored);
        try (Forgetting forgetting = new Forgetting(config)) {
            forgetting.forget(Person.visitor("0123456789abcdef", null));
        }
        assertThat(rows(config, "select * from processed_events")).isEmpty();
        store(NOON + 2 * FIVE_MINUTES);
        events.flush();
        recompute(stored);
        assertThat(windows(config, "hours")).isEqualTo(expected(SlicedWindows.tumble(Duration.ofHours(1))));
        assertThat(windows(config, "hops")).isEqualTo(expected(SlicedWindows.hop(Duration.ofMinutes(30), MINUTES)));
        assertThat(windows(config, "days"))
                .isEqualTo(expected(SlicedWindows.cumulate(Duration.ofDays(1), Duration.ofHours(6))));
    }

    /** What may still come lies in windows that begin before it. */
    @Test
    void eventsStayForAsLongAsALongerWindowCanBeRecomputedFromThem() {
        RetentionFixture kept = new RetentionFixture();
        long first = RetentionFixture.FIRST_KEPT;
        kept.count(first - 24 * HOUR, first - FIVE_MINUTES);
        List<Aggregate> prepared = AggregateTables.prepare(kept.config, List.of(HOPS), MINUTES);
        kept.store(first - 24 * HOUR, first - FIVE_MINUTES, first - 25 * HOUR);
        RetentionRules ofEvents = new RetentionRules(OptionalInt.of(90), OptionalInt.empty(), true);

        assertThat(kept.retain(ofEvents))
                .extracting(RetentionStep::name)
                .containsExactly("processed_events_2026_08_28");

        kept.store(first);
        try (Corrections corrections = new Corrections(kept.config);
                GroupWriter writer = new GroupWriter(kept.config, prepared)) {
            corrections.mark(Map.of(HOUR / 2, List.of(first - FIVE_MINUTES)), FIVE_MINUTES);
            corrections.recomputeMarked();
            assertThat(windows(kept.config, "hops"))
                    .containsExactly("%d|%d|2".formatted(first - FIVE_MINUTES, first - FIVE_MINUTES + HOUR / 2));
            // It is never rolled up, and keeps no other table from going.
            writer.write(List.of(new GroupCount(prepared.get(0).id(), 0, HOUR / 2, "h", 1, null)), FIVE_MINUTES);
        }
        run(kept.config, "truncate processed_events_aggregated, processed_events_aggregated_source");
        assertThat(kept.retain(new RetentionRules(OptionalInt.of(90), OptionalInt.of(90), true)))
                .extracting(step -> step.name() + " " + step.rows() + " " + step.kept())
                .containsExactly("hops 2 null");
    }

    @Test
    void windowsThatOverlapAreNotRolledUpAndHoursAre() {
        prepare();
        try (RollupStore rollups = new RollupStore(config)) {
            assertThat(rollups.overlapping()).containsExactly("days", "hops");
            assertThat(rollups.sources())
                    .extractingFromEntries(each -> each.getKey().table() + " " + each.getValue())
                    .contains("hours 3600000", "plain 300000")
                    .doesNotContain("days 86400000", "hops 1800000");
        }
    }
}
