package io.tidemark.stream.aggregate;

import io.tidemark.model.TumblingWindows;
import io.tidemark.model.WindowCounts;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/** {@link CountWindows} at any parallelism, and what a database would hold of its results. */
final class CountWindowsFixture {
    static final Duration SIZE = Duration.ofMinutes(5);
    static final Duration LATENESS = Duration.ofMinutes(30);
    private static final int MAX_PARALLELISM = 8;

    private final TimeCharacteristic time;
    private Duration lateness = LATENESS;
    private List<KeyedOneInputStreamOperatorTestHarness<String, HitCount, WindowCounts>> subtasks = new ArrayList<>();

    /** What is written: hits by window, host and referrer; never less than before, as the store writes it. */
    final Map<HostKey, Long> written = new TreeMap<>();

    /** Writes since last asked. */
    final List<WindowCounts> writes = new ArrayList<>();

    /** What went to {@link AggregateJob#LATE}. */
    final List<LateHits> late = new ArrayList<>();

    /** Watermarks and statuses that went on, since last asked. */
    final List<Object> marks = new ArrayList<>();

    CountWindowsFixture(TimeCharacteristic time) throws Exception {
        this.time = time;
        start(1, null, 1, 0);
    }

    record HostKey(long window, String host, String referrer) implements Comparable<HostKey> {
        @Override
        public int compareTo(HostKey other) {
            int byWindow = Long.compare(window, other.window);
            int byHost = byWindow == 0 ? host.compareTo(other.host) : byWindow;
            return byHost == 0 ? referrer.compareTo(other.referrer) : byHost;
        }
    }

    /** State of all subtasks, as a checkpoint holds it. */
    record Saved(OperatorSubtaskState state, int parallelism, long now) {}

    private void start(int parallelism, @Nullable OperatorSubtaskState state, int parallelismBefore, long now)
            throws Exception {
        List<KeyedOneInputStreamOperatorTestHarness<String, HitCount, WindowCounts>> started = new ArrayList<>();
        for (int subtask = 0; subtask < parallelism; subtask++) {
            var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                    new CountWindows(TumblingWindows.of(SIZE), lateness, time),
                    HitCount::host,
                    Types.STRING,
                    MAX_PARALLELISM,
                    parallelism,
                    subtask);
            harness.setProcessingTime(now);
            harness.setup();
            if (state != null) {
                harness.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                        state, MAX_PARALLELISM, parallelismBefore, parallelism, subtask));
            }
            harness.open();
            started.add(harness);
        }
        subtasks = started;
    }

    Saved save() throws Exception {
        OperatorSubtaskState[] states = new OperatorSubtaskState[subtasks.size()];
        for (int i = 0; i < states.length; i++) {
            subtasks.get(i).prepareSnapshotPreBarrier(1);
            states[i] = subtasks.get(i).snapshot(1, 1);
        }
        collect();
        return new Saved(
                AbstractStreamOperatorTestHarness.repackageState(states),
                states.length,
                subtasks.get(0).getProcessingTime());
    }

    /** Ends all subtasks as a crash does and starts that many from what was saved. */
    void restore(Saved saved, int parallelism) throws Exception {
        long now = Math.max(saved.now, subtasks.get(0).getProcessingTime());
        close();
        start(parallelism, saved.state, saved.parallelism, now);
    }

    /** Goes on with another allowed lateness, as whoever submits the job again may choose. */
    void restore(Saved saved, Duration otherLateness) throws Exception {
        lateness = otherLateness;
        restore(saved, saved.parallelism);
    }

    void hits(long window, String host, String referrer, long hits) throws Exception {
        process(new HitCount(window, host, referrer, hits));
    }

    void process(HitCount count) throws Exception {
        int subtask =
                KeyGroupRangeAssignment.assignKeyToParallelOperator(count.host(), MAX_PARALLELISM, subtasks.size());
        subtasks.get(subtask).processElement(new StreamRecord<>(count));
        collect();
    }

    void watermark(long timestamp) throws Exception {
        for (int i = 0; i < subtasks.size(); i++) {
            watermark(i, timestamp);
        }
    }

    void watermark(int subtask, long timestamp) throws Exception {
        subtasks.get(subtask).processWatermark(timestamp);
        collect();
    }

    void status(WatermarkStatus status) throws Exception {
        for (var harness : subtasks) {
            harness.processWatermarkStatus(status);
        }
        collect();
    }

    void now(long millis) throws Exception {
        for (var harness : subtasks) {
            harness.setProcessingTime(millis);
        }
        collect();
    }

    int parallelism() {
        return subtasks.size();
    }

    int stateEntries() {
        return subtasks.stream()
                .mapToInt(KeyedOneInputStreamOperatorTestHarness::numKeyedStateEntries)
                .sum();
    }

    int timers() {
        return subtasks.stream()
                .mapToInt(harness -> harness.numEventTimeTimers())
                .sum();
    }

    private void collect() {
        for (var harness : subtasks) {
            for (WindowCounts counts : harness.extractOutputValues()) {
                writes.add(counts);
                counts.hitsByReferrer()
                        .forEach((referrer, hits) -> written.merge(
                                new HostKey(counts.windowStartMillis(), counts.host(), referrer), hits, Math::max));
            }
            for (Object element : harness.getOutput()) {
                if (!(element instanceof StreamRecord)) {
                    marks.add(element);
                }
            }
            harness.getOutput().clear();
            Queue<StreamRecord<LateHits>> side = harness.getSideOutput(AggregateJob.LATE);
            if (side != null) {
                side.forEach(record -> late.add(record.getValue()));
                side.clear();
            }
        }
    }

    void close() throws Exception {
        for (var harness : subtasks) {
            harness.close();
        }
    }
}
