package io.tidemark.stream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.WindowCounts;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.aggregate.CountWindowsFixture.HostKey;
import io.tidemark.stream.aggregate.CountWindowsFixture.Saved;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CountWindowsTest {
    private static final long NOON = 1_772_366_400_000L;
    private static final long SIZE = CountWindowsFixture.SIZE.toMillis();
    private static final long LATENESS = CountWindowsFixture.LATENESS.toMillis();
    private static final long CLOSED = NOON + SIZE - 1;
    private static final long GONE = CLOSED + LATENESS;

    private CountWindowsFixture windows = fixture(TimeCharacteristic.EVENT);

    private static CountWindowsFixture fixture(TimeCharacteristic time) {
        try {
            return new CountWindowsFixture(time);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void startTheClock() throws Exception {
        windows.now(1_000);
    }

    @AfterEach
    void close() throws Exception {
        windows.close();
    }

    @Test
    void windowIsWrittenOnceWhenTheWatermarkPassesItsEnd() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.hits(NOON, "a", "r", 1);
        windows.hits(NOON, "a", "", 1);
        windows.hits(NOON + SIZE, "a", "", 7);
        windows.watermark(CLOSED - 1);
        windows.now(60_000);
        assertThat(windows.writes).isEmpty();
        windows.watermark(CLOSED);
        windows.watermark(CLOSED + 1);
        assertThat(windows.writes).containsExactly(new WindowCounts(NOON, "a", Map.of("", 3L, "r", 1L)));
    }

    @Test
    void lateHitsReviseTheirWindowWithAbsoluteCounts() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED);
        windows.hits(NOON, "a", "", 1);
        windows.hits(NOON, "a", "r", 1);
        assertThat(windows.writes).hasSize(1);
        windows.now(2_000);
        assertThat(windows.writes)
                .containsExactly(
                        new WindowCounts(NOON, "a", Map.of("", 2L)),
                        new WindowCounts(NOON, "a", Map.of("", 3L, "r", 1L)));
        windows.now(10_000);
        assertThat(windows.writes).hasSize(2);
    }

    @Test
    void lateHitOfANewHostIsWrittenToo() throws Exception {
        windows.watermark(CLOSED);
        windows.hits(NOON, "new", "", 1);
        windows.now(2_000);
        assertThat(windows.writes).containsExactly(new WindowCounts(NOON, "new", Map.of("", 1L)));
    }

    @Test
    void stateEndsAfterTheLatenessAndLaterHitsMarkTheWindow() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(GONE - 1);
        windows.hits(NOON, "a", "", 1);
        windows.watermark(GONE);
        assertThat(windows.writes).last().isEqualTo(new WindowCounts(NOON, "a", Map.of("", 3L)));
        assertThat(windows.stateEntries()).isZero();
        assertThat(windows.timers()).isZero();
        windows.now(60_000);
        assertThat(windows.writes).hasSize(2);
        windows.hits(NOON, "a", "", 1);
        assertThat(windows.late).containsExactly(new LateHits(NOON, SIZE));
        windows.watermark(Long.MAX_VALUE);
        assertThat(windows.writes).hasSize(2);
    }

    @Test
    void revisionsThatArePendingAreWrittenBeforeACheckpoint() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED);
        windows.hits(NOON, "a", "", 1);
        windows.hits(NOON, "b", "", 1);
        Saved saved = windows.save();
        assertThat(windows.writes)
                .contains(new WindowCounts(NOON, "a", Map.of("", 3L)), new WindowCounts(NOON, "b", Map.of("", 1L)))
                .hasSize(3);
        windows.restore(saved, 2);
        windows.now(2_000);
        assertThat(windows.writes).hasSize(3);
    }

    @Test
    void countsSurviveRescaling() throws Exception {
        Map<HostKey, Long> expected = new TreeMap<>();
        for (int parallelism : new int[] {1, 2, 1}) {
            windows.restore(windows.save(), parallelism);
            for (int host = 0; host < 50; host++) {
                windows.hits(NOON, "host-" + host, "", 1);
                expected.merge(new HostKey(NOON, "host-" + host, ""), 1L, Long::sum);
            }
        }
        windows.watermark(CLOSED);
        assertThat(windows.writes).hasSize(50);
        assertThat(windows.written).isEqualTo(expected);
    }

    @Test
    void afterRescalingTheHighestWatermarkCounts() throws Exception {
        windows.restore(windows.save(), 2);
        for (int host = 0; host < 20; host++) {
            windows.hits(NOON, "host-" + host, "", 1);
        }
        windows.watermark(0, GONE);
        windows.watermark(1, NOON);
        windows.restore(windows.save(), 1);
        for (int host = 0; host < 20; host++) {
            windows.hits(NOON, "host-" + host, "", 1);
        }
        windows.watermark(Long.MAX_VALUE);
        long counted =
                windows.written.values().stream().mapToLong(Long::longValue).sum();
        assertThat(counted + windows.late.size()).isEqualTo(40);
        assertThat(windows.late).isNotEmpty().hasSizeLessThan(20);
    }

    @Test
    void lastWindowClosesAtTheClocksPaceWhenAllPartitionsAreQuiet() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED - 10_000);
        windows.status(WatermarkStatus.IDLE);
        passTime(1_000, 10_800);
        assertThat(windows.writes).isEmpty();
        passTime(10_800, 11_000);
        assertThat(windows.writes).containsExactly(new WindowCounts(NOON, "a", Map.of("", 2L)));
    }

    @Test
    void processThatStoodStillDoesNotLeapAhead() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED - 10_000);
        windows.status(WatermarkStatus.IDLE);
        windows.marks.clear();
        windows.now(600_000);
        windows.now(600_200);
        assertThat(windows.marks)
                .containsExactly(new Watermark(CLOSED - 10_000 + 400), new Watermark(CLOSED - 10_000 + 600));
        assertThat(windows.writes).isEmpty();
    }

    @Test
    void thoseBehindSeeTheWatermarkThatGoesOn() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED - 100);
        windows.status(WatermarkStatus.IDLE);
        passTime(1_000, 1_200);
        windows.status(WatermarkStatus.ACTIVE);
        assertThat(windows.marks).containsExactly(new Watermark(CLOSED - 100), new Watermark(CLOSED + 100));
    }

    /** In the steps of a process that runs. */
    private void passTime(long from, long to) throws Exception {
        for (long now = from; now <= to; now += 200) {
            windows.now(now);
        }
    }

    @Test
    void quietEndsWithTheNextEvent() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED - 10_000);
        windows.status(WatermarkStatus.IDLE);
        windows.now(5_000);
        windows.status(WatermarkStatus.ACTIVE);
        windows.now(600_000);
        assertThat(windows.writes).isEmpty();
        windows.watermark(CLOSED);
        assertThat(windows.writes).hasSize(1);
    }

    @Test
    void quietGoesOnAfterARestart() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED - 10_000);
        windows.restore(windows.save(), 1);
        windows.status(WatermarkStatus.IDLE);
        passTime(1_000, 11_000);
        assertThat(windows.writes).hasSize(1);
    }

    @Test
    void quietBeforeTheFirstEventMovesNothing() throws Exception {
        windows.status(WatermarkStatus.IDLE);
        windows.now(1_000_000);
        windows.hits(NOON, "a", "", 2);
        assertThat(windows.late).isEmpty();
    }

    @Test
    void endOfInputWritesEveryWindowAndPendingRevision() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED);
        windows.hits(NOON, "a", "", 1);
        windows.hits(NOON + 10 * SIZE, "a", "", 5);
        windows.watermark(Long.MAX_VALUE);
        assertThat(windows.written)
                .containsExactly(
                        Map.entry(new HostKey(NOON, "a", ""), 3L),
                        Map.entry(new HostKey(NOON + 10 * SIZE, "a", ""), 5L));
        assertThat(windows.stateEntries()).isZero();
    }

    @Test
    void byProcessingTimeAHitHeldUpCountsInTheOpenWindow() throws Exception {
        windows.close();
        windows = fixture(TimeCharacteristic.PROCESSING);
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED);
        windows.hits(NOON, "a", "", 1);
        windows.watermark(CLOSED + SIZE);
        assertThat(windows.late).isEmpty();
        assertThat(windows.writes)
                .containsExactly(
                        new WindowCounts(NOON, "a", Map.of("", 2L)),
                        new WindowCounts(NOON + SIZE, "a", Map.of("", 1L)));
    }

    /** Every hit is in what was written at last, or in a window that was marked. */
    @Test
    void randomHitsAreAllCountedOrMarked() throws Exception {
        long seed = System.nanoTime();
        for (int round = 0; round < 25; round++) {
            windows.close();
            windows = fixture(TimeCharacteristic.EVENT);
            Run run = new Run(windows, new Random(seed + round), false);
            run.steps(400);
            Map<Long, Long> reached = new TreeMap<>();
            windows.written.forEach((key, hits) -> reached.merge(key.window(), hits, Long::sum));
            windows.late.forEach(hit -> reached.merge(hit.windowStartMillis(), 1L, Long::sum));
            assertThat(reached).as("seed %d", seed + round).isEqualTo(run.hitsByWindow());
        }
    }

    /** A crash brings state back and hits again; windows that are not marked are exact, and none counts too much. */
    @Test
    void crashesNeitherLoseNorRepeatHits() throws Exception {
        long seed = System.nanoTime();
        for (int round = 0; round < 25; round++) {
            windows.close();
            windows = fixture(TimeCharacteristic.EVENT);
            Run run = new Run(windows, new Random(seed + round), true);
            long runSeed = seed + round;
            run.steps(400);
            List<Long> marked =
                    windows.late.stream().map(LateHits::windowStartMillis).toList();
            run.expected.forEach((key, hits) -> {
                long written = windows.written.getOrDefault(key, 0L);
                if (marked.contains(key.window())) {
                    assertThat(written).as("seed %d, %s", runSeed, key).isLessThanOrEqualTo(hits);
                } else {
                    assertThat(written).as("seed %d, %s", runSeed, key).isEqualTo(hits);
                }
            });
        }
    }

    /** One random course of events. */
    private static final class Run {
        private final CountWindowsFixture windows;
        private final Random random;
        private final boolean crashes;
        private final Map<HostKey, Long> expected = new TreeMap<>();
        private final List<HitCount> sinceSaved = new ArrayList<>();
        private Saved saved;
        private long watermark = NOON;
        private long now = 1_000;

        Run(CountWindowsFixture windows, Random random, boolean crashes) throws Exception {
            this.windows = windows;
            this.random = random;
            this.crashes = crashes;
            this.saved = windows.save();
        }

        void steps(int count) throws Exception {
            for (int i = 0; i < count; i++) {
                step(random.nextInt(30));
            }
            windows.watermark(Long.MAX_VALUE);
        }

        private void step(int dice) throws Exception {
            if (dice < 18) {
                hit();
            } else if (dice < 24) {
                watermark += random.nextLong(SIZE);
                for (int subtask = 0; subtask < windows.parallelism(); subtask++) {
                    windows.watermark(subtask, watermark - random.nextLong(SIZE));
                }
            } else if (dice < 27) {
                now += random.nextLong(1_000);
                windows.now(now);
            } else if (dice == 27) {
                windows.status(random.nextBoolean() ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE);
            } else if (dice == 28 || !crashes) {
                saved = windows.save();
                sinceSaved.clear();
                windows.restore(saved, 1 + random.nextInt(3));
            } else {
                windows.restore(saved, 1 + random.nextInt(3));
                for (HitCount hit : sinceSaved) {
                    windows.process(hit);
                }
            }
        }

        private void hit() throws Exception {
            long at = watermark + SIZE - random.nextLong(LATENESS + 4 * SIZE);
            HitCount hit =
                    new HitCount(at - Math.floorMod(at, SIZE), "host-" + random.nextInt(5), "r" + random.nextInt(2), 1);
            expected.merge(new HostKey(hit.windowStartMillis(), hit.host(), hit.referrer()), 1L, Long::sum);
            sinceSaved.add(hit);
            windows.process(hit);
        }

        Map<Long, Long> hitsByWindow() {
            Map<Long, Long> hits = new TreeMap<>();
            expected.forEach((key, count) -> hits.merge(key.window(), count, Long::sum));
            return hits;
        }
    }
}
