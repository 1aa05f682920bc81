package io.tidemark.stream.aggregate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.GroupCount;
import io.tidemark.model.TumblingWindows;
import io.tidemark.model.VisitorSketch;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CountGroupsTest {
    private static final long NOON = 1_772_366_400_000L;
    private static final TumblingWindows WINDOWS = TumblingWindows.of(Duration.ofMinutes(5));
    private static final Duration LATENESS = Duration.ofMinutes(30);
    private static final int MAX_PARALLELISM = 8;
    private static final long CLOSED = WINDOWS.maxTimestamp(NOON);
    private static final long GONE = CLOSED + LATENESS.toMillis();

    private final List<GroupCount> writes = new ArrayList<>();
    private final List<LateHits> late = new ArrayList<>();
    private List<KeyedOneInputStreamOperatorTestHarness<String, GroupCount, GroupCount>> subtasks = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        start(1, null, 1);
    }

    @AfterEach
    void close() throws Exception {
        for (var harness : subtasks) {
            harness.close();
        }
    }

    private void start(int parallelism, @Nullable OperatorSubtaskState state, int before) throws Exception {
        subtasks = new ArrayList<>();
        for (int subtask = 0; subtask < parallelism; subtask++) {
            var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                    new CountGroups(
                            WINDOWS,
                            LATENESS,
                            TimeCharacteristic.EVENT,
                            new WholeFrom(List.of(), Long.MIN_VALUE, Long.MIN_VALUE)),
                    CountGroups::part,
                    Types.STRING,
                    MAX_PARALLELISM,
                    parallelism,
                    subtask);
            harness.setup();
            if (state != null) {
                harness.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                        state, MAX_PARALLELISM, before, parallelism, subtask));
            }
            harness.open();
            subtasks.add(harness);
        }
    }

    private void rescale(int parallelism) throws Exception {
        OperatorSubtaskState[] states = new OperatorSubtaskState[subtasks.size()];
        for (int i = 0; i < states.length; i++) {
            subtasks.get(i).prepareSnapshotPreBarrier(1);
            states[i] = subtasks.get(i).snapshot(1, 1);
        }
        collect();
        close();
        start(parallelism, AbstractStreamOperatorTestHarness.repackageState(states), states.length);
    }

    private void hits(String table, String key, long window, long hits, int... visitors) throws Exception {
        VisitorSketch sketch = new VisitorSketch();
        for (int each : visitors) {
            sketch.add(("v" + each).getBytes(UTF_8));
        }
        GroupCount count = new GroupCount(
                table,
                window,
                window + WINDOWS.sizeMillis(),
                key,
                hits,
                visitors.length == 0 ? null : sketch.toBytes());
        int subtask = KeyGroupRangeAssignment.assignKeyToParallelOperator(
                CountGroups.part(count), MAX_PARALLELISM, subtasks.size());
        subtasks.get(subtask).processElement(new StreamRecord<>(count));
        collect();
    }

    private void watermark(long timestamp) throws Exception {
        for (var harness : subtasks) {
            harness.processWatermark(timestamp);
        }
        collect();
    }

    private void now(long millis) throws Exception {
        for (var harness : subtasks) {
            harness.setProcessingTime(millis);
        }
        collect();
    }

    private void collect() {
        for (var harness : subtasks) {
            writes.addAll(harness.extractOutputValues());
            harness.getOutput().clear();
            Queue<StreamRecord<LateHits>> side = harness.getSideOutput(AggregateJob.LATE);
            if (side != null) {
                side.forEach(record -> late.add(record.getValue()));
                side.clear();
            }
        }
    }

    /** What has been written since last asked. */
    private List<String> written() {
        List<String> texts = new ArrayList<>();
        for (GroupCount each : writes) {
            byte[] sketch = each.visitors();
            texts.add("%s %d %s %d%s"
                    .formatted(
                            each.aggregate(),
                            (each.windowStartMillis() - NOON) / WINDOWS.sizeMillis(),
                            each.key(),
                            each.hits(),
                            sketch == null
                                    ? ""
                                    : " by " + VisitorSketch.of(sketch).estimate()));
        }
        writes.clear();
        texts.sort(null);
        return texts;
    }

    @Test
    void aWindowIsWrittenWhenItCloses() throws Exception {
        hits("pages", "a", NOON, 2, 1, 2);
        hits("pages", "a", NOON, 1, 2);
        hits("pages", "b", NOON, 1);
        hits("bots", "a", NOON, 4);
        hits("pages", "a", NOON + WINDOWS.sizeMillis(), 9, 7);
        watermark(CLOSED - 1);
        assertThat(written()).isEmpty();
        watermark(CLOSED);
        assertThat(written()).containsExactly("bots 0 a 4", "pages 0 a 3 by 2", "pages 0 b 1");
    }

    @Test
    void aRevisionIsOfWhatHasChangedOnly() throws Exception {
        for (int i = 0; i < 2_000; i++) {
            hits("pages", "p" + i, NOON, 1, i);
        }
        watermark(CLOSED);
        assertThat(written()).hasSize(2_000);
        hits("pages", "p7", NOON, 1, 7, 8);
        hits("pages", "new", NOON, 1, 9);
        now(1_000);
        assertThat(written()).containsExactly("pages 0 new 1 by 1", "pages 0 p7 2 by 2");
        now(10_000);
        assertThat(written()).isEmpty();
    }

    @Test
    void stateEndsAfterTheLatenessAndLaterHitsMarkTheWindow() throws Exception {
        hits("pages", "a", NOON, 1, 1);
        watermark(GONE);
        assertThat(written()).containsExactly("pages 0 a 1 by 1");
        assertThat(subtasks.get(0).numKeyedStateEntries()).isZero();
        hits("pages", "a", NOON, 1, 2);
        assertThat(late).containsExactly(new LateHits(NOON, WINDOWS.sizeMillis()));
        watermark(Long.MAX_VALUE);
        assertThat(written()).isEmpty();
    }

    @Test
    void revisionsThatArePendingAreWrittenBeforeACheckpoint() throws Exception {
        hits("pages", "a", NOON, 1, 1);
        watermark(CLOSED);
        hits("pages", "a", NOON, 1, 2);
        assertThat(written()).containsExactly("pages 0 a 1 by 1");
        rescale(2);
        assertThat(written()).containsExactly("pages 0 a 2 by 2");
        now(10_000);
        assertThat(written()).isEmpty();
    }

    /** Random hits, lateness and rescaling, against sets. */
    @Test
    void countsAndVisitorsAreRightHoweverOftenItIsRescaled() throws Exception {
        long seed = Long.getLong("tidemark.seed", System.nanoTime());
        System.out.println("-Dtidemark.seed=" + seed);
        Random random = new Random(seed);
        Map<String, Long> hits = new TreeMap<>();
        Map<String, Set<Integer>> visitors = new TreeMap<>();
        Map<String, String> last = new TreeMap<>();
        for (int i = 0; i < 3_000; i++) {
            String table = random.nextBoolean() ? "pages" : "clients";
            String key = "k" + random.nextInt(60);
            int window = random.nextInt(3);
            int visitor = random.nextInt(100);
            int more = 1 + random.nextInt(3);
            hits(table, key, NOON + window * WINDOWS.sizeMillis(), more, visitor);
            String place = "%s %d %s".formatted(table, window, key);
            hits.merge(place, (long) more, Long::sum);
            visitors.computeIfAbsent(place, each -> new TreeSet<>()).add(visitor);
            if (random.nextInt(300) == 0) {
                rescale(1 + random.nextInt(3));
            }
            if (random.nextInt(500) == 0) {
                watermark(NOON + random.nextInt(3) * WINDOWS.sizeMillis());
            }
        }
        watermark(GONE + 3 * WINDOWS.sizeMillis());
        for (String each : written()) {
            String place = each.substring(0, each.indexOf(' ', each.indexOf(' ', each.indexOf(' ') + 1) + 1));
            // Counts of a place are written in their order; sorted as texts they may not be, so the highest is last.
            last.merge(place, each, (one, other) -> hitsOf(one) > hitsOf(other) ? one : other);
        }
        Map<String, String> expected = new TreeMap<>();
        hits.forEach((place, count) -> expected.put(
                place,
                place + " " + count + " by "
                        + visitors.getOrDefault(place, Set.of()).size()));
        assertThat(last).isEqualTo(expected);
        assertThat(late).isEmpty();
    }

    private static long hitsOf(String written) {
        return Long.parseLong(written.split(" ", -1)[3]);
    }
}
