package io.tidemark.stream.aggregate;

import static io.tidemark.stream.aggregate.OwnWindowsWorld.BASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.SlicedWindows;
import io.tidemark.stream.aggregate.OwnWindowsWorld.Counted;
import io.tidemark.stream.aggregate.OwnWindowsWorld.Event;
import io.tidemark.stream.aggregate.OwnWindowsWorld.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Windows of aggregates' own, whatever happens, against counting by definition. */
class OwnWindowsTest {
    /** Not a whole hour: windows are under way when the first event comes. */
    private static final long NOON = 1_772_366_400_000L + 17 * 60_000;

    private static final Aggregate PLAIN = hosts("plain");
    private static final Aggregate HOURS = hosts("hours").in(SlicedWindows.tumble(Duration.ofHours(1)));
    private static final Aggregate SAME = hosts("same").in(SlicedWindows.tumble(Duration.ofMinutes(5)));
    private static final Aggregate HOPS =
            hosts("hops").in(SlicedWindows.hop(Duration.ofMinutes(30), Duration.ofMinutes(5)));
    private static final Aggregate WIDE_HOPS =
            hosts("wide").in(SlicedWindows.hop(Duration.ofMinutes(60), Duration.ofMinutes(20)));
    private static final Aggregate GROWING =
            hosts("growing").in(SlicedWindows.cumulate(Duration.ofHours(2), Duration.ofMinutes(15)));
    private static final List<Aggregate> ALL = List.of(PLAIN, HOURS, SAME, HOPS, WIDE_HOPS, GROWING);

    private static Aggregate hosts(String table) {
        return new Aggregate(table, List.of(Dimension.HOST), true);
    }

    private static Random random() {
        long seed = Long.getLong("tidemark.seed", System.nanoTime());
        System.out.println("-Dtidemark.seed=" + seed);
        return new Random(seed);
    }

    private static Event event(Random random, long now) {
        // Some late, some very late, few in order.
        long late = random.nextInt(20) == 0
                ? random.nextInt(6 * 3_600_000)
                : random.nextInt(4) == 0 ? random.nextInt(40 * 60_000) : random.nextInt(120_000);
        return new Event(now - late, "h" + random.nextInt(4), "v" + random.nextInt(30));
    }

    private static Map<Row, Counted> expected(List<Event> events) {
        Map<Row, Counted> expected = new HashMap<>();
        ALL.forEach(each -> expected.putAll(OwnWindowsWorld.count(each, events)));
        return expected;
    }

    /** Crashes, rescaling, starts without state and other lateness at random. */
    private static void live(OwnWindowsWorld world, Random random, int steps) throws Exception {
        long now = NOON;
        long ticks = 0;
        for (int i = 0; i < steps; i++) {
            now += random.nextInt(40_000);
            world.append(event(random, now));
            for (int more = random.nextInt(3); more > 0; more--) {
                world.readOne();
            }
            switch (random.nextInt(60)) {
                case 0, 1, 2, 3, 4, 5, 6, 7 -> world.watermark(now - random.nextInt(20 * 60_000));
                case 8, 9 -> world.tick(ticks += 10_000);
                case 10, 11 -> world.flush(random.nextInt(200));
                case 12 -> world.correct();
                case 13 -> world.checkpoint();
                case 14 -> world.crash();
                case 15 -> {
                    if (random.nextInt(4) == 0) {
                        world.startFresh();
                    }
                }
                case 16 -> {
                    if (random.nextInt(4) == 0) {
                        world.submit(world.aggregates, Duration.ofMinutes(random.nextInt(60)));
                    }
                }
                default -> {}
            }
        }
    }

    @Test
    void everyWindowOfEveryKindIsExactWhateverHappens() throws Exception {
        Random random = random();
        for (int run = 0; run < Integer.getInteger("tidemark.runs", 25); run++) {
            try (OwnWindowsWorld world = new OwnWindowsWorld(random, ALL)) {
                live(world, random, 800);
                world.drain();
                assertThat(world.rows).isEqualTo(expected(world.topic));
            }
        }
    }

    /** An aggregate that is new to a job that goes on: what it has is whole, and it has all windows that were open. */
    @Test
    void aggregatesThatAreNewAreExactFromTheWindowsOnThatAreOpen() throws Exception {
        Random random = random();
        for (int run = 0; run < Integer.getInteger("tidemark.runs", 15); run++) {
            try (OwnWindowsWorld world = new OwnWindowsWorld(random, List.of(PLAIN, HOPS))) {
                live(world, random, 300);
                long addedAt = world.now();
                world.submit(ALL, Duration.ofMinutes(random.nextInt(60)));
                live(world, random, 300);
                world.drain();
                Map<Row, Counted> expected = expected(world.topic);
                world.rows.forEach(
                        (row, counted) -> assertThat(counted).as("%s", row).isEqualTo(expected.get(row)));
                expected.keySet()
                        .removeIf(row -> row.end() <= addedAt
                                && !List.of("plain", "hops").contains(row.table()));
                expected.keySet().removeAll(world.rows.keySet());
                assertThat(expected)
                        .as("missing, of those that end after %d", addedAt)
                        .isEmpty();
            }
        }
    }

    /** What is written of a window is all there is of it, at every moment once it is closed and corrected. */
    @Test
    void aWindowIsWrittenWhenItClosesAndRevisedByWhatIsLate() throws Exception {
        try (OwnWindowsWorld world = new OwnWindowsWorld(new Random(1), List.of(HOPS, GROWING))) {
            long noon = NOON - 17 * 60_000;
            List<Event> events = new ArrayList<>();
            for (int minute = 0; minute < 60; minute += 10) {
                events.add(new Event(noon + minute * 60_000L, "h", "v" + minute));
            }
            for (Event each : events) {
                world.append(each);
                world.readOne();
            }
            world.watermark(noon + 30 * 60_000 - 2);
            world.flush(1_000);
            assertThat(world.rows.keySet()).noneMatch(row -> row.end() > noon + 29 * 60_000);
            assertThat(world.rows).containsEntry(new Row("growing", noon, noon + 15 * 60_000, "h"), new Counted(2, 2));
            world.watermark(noon + 30 * 60_000 - 1);
            world.flush(1_000);
            assertThat(world.rows)
                    .containsEntry(new Row("hops", noon, noon + 6 * BASE, "h"), new Counted(3, 3))
                    .containsEntry(new Row("growing", noon, noon + 6 * BASE, "h"), new Counted(3, 3));
            world.append(new Event(noon + 60_000, "h", "late"));
            world.readOne();
            world.checkpoint();
            assertThat(world.rows)
                    .containsEntry(new Row("hops", noon, noon + 6 * BASE, "h"), new Counted(4, 4))
                    .containsEntry(new Row("growing", noon, noon + 3 * BASE, "h"), new Counted(3, 3))
                    .containsEntry(new Row("growing", noon, noon + 6 * BASE, "h"), new Counted(4, 4));
        }
    }
}
