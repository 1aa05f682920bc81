package io.tidemark.stream.aggregate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import io.tidemark.model.EventTime;
import io.tidemark.model.GroupCount;
import io.tidemark.model.SlicedWindows;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.TumblingWindows;
import io.tidemark.model.VisitorSketch;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.TopicRecord;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/**
 * Both operators that count aggregates, a topic, and a database whose recomputations count what is stored by plain comparison. What is
 * handed on reaches the database late, or not at all if the job dies before its checkpoint.
 */
final class OwnWindowsWorld implements AutoCloseable {
    static final TumblingWindows WINDOWS = TumblingWindows.of(Duration.ofMinutes(5));
    static final long BASE = WINDOWS.sizeMillis();
    private static final int MAX_PARALLELISM = 8;

    record Event(long time, String host, String visitor) {}

    record Row(String table, long start, long end, String host) {}

    record Counted(long hits, long visitors) {}

    final Map<Row, Counted> rows = new HashMap<>();
    final List<Event> topic = new ArrayList<>();
    List<Aggregate> aggregates;

    private final Random random;
    private final List<Runnable> pending = new ArrayList<>();
    private final Set<LateHits> marks = new LinkedHashSet<>();
    private @Nullable OneInputStreamOperatorTestHarness<TopicRecord, HitCount> reader;
    private List<KeyedOneInputStreamOperatorTestHarness<String, GroupCount, GroupCount>> counters = new ArrayList<>();
    private @Nullable Saved saved;
    private Duration lateness = Duration.ofMinutes(10);
    private StartOffsets start = new StartOffsets(Map.of(), Long.MIN_VALUE);
    private long newFrom = Long.MIN_VALUE;
    private int read;
    private long watermark = Long.MIN_VALUE;
    private long now;

    private record Saved(
            OperatorSubtaskState reader, OperatorSubtaskState counters, int parallelism, int read, long watermark) {}

    OwnWindowsWorld(Random random, List<Aggregate> aggregates) throws Exception {
        this.random = random;
        this.aggregates = aggregates;
        open(null, 1);
    }

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now);
        }
    };

    private void open(@Nullable Saved from, int parallelism) throws Exception {
        var newReader = new OneInputStreamOperatorTestHarness<>(
                new CountHits(start, WINDOWS, aggregates, newFrom, TimeCharacteristic.EVENT, clock));
        newReader.setup();
        if (from != null) {
            newReader.initializeState(from.reader);
        }
        newReader.open();
        reader = newReader;
        counters = new ArrayList<>();
        List<Aggregate> own =
                aggregates.stream().filter(each -> each.windows() != null).toList();
        for (int subtask = 0; subtask < parallelism; subtask++) {
            var counter = new KeyedOneInputStreamOperatorTestHarness<>(
                    new CountGroups(
                            WINDOWS,
                            lateness,
                            TimeCharacteristic.EVENT,
                            new WholeFrom(own, start.firstWindowStart(), newFrom)),
                    CountGroups::part,
                    Types.STRING,
                    MAX_PARALLELISM,
                    parallelism,
                    subtask);
            counter.setup();
            if (from != null) {
                counter.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                        from.counters, MAX_PARALLELISM, from.parallelism, parallelism, subtask));
            }
            counter.open();
            counters.add(counter);
        }
    }

    void append(Event event) {
        topic.add(event);
        now = Math.max(now, event.time);
    }

    boolean readOne() throws Exception {
        if (read == topic.size()) {
            return false;
        }
        Event event = topic.get(read);
        byte[] value = "{\"host\":\"%s\",\"referrer\":null,\"event_timestamp\":\"%s\",\"visitor_id\":\"%s\"}"
                .formatted(event.host, EventTime.format(event.time), event.visitor)
                .getBytes(UTF_8);
        SourceCoordinates source = new SourceCoordinates(1, 2, 0, read++);
        reader().processElement(
                        new StreamRecord<>(new TopicRecord(source, event.time, null, value, source.toHeader())));
        carry();
        return true;
    }

    void watermark(long timestamp) throws Exception {
        if (timestamp > watermark) {
            watermark = timestamp;
            reader().processWatermark(timestamp);
            carry();
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < counters.size(); i++) {
                order.add(random.nextInt(order.size() + 1), i);
            }
            for (int each : order) {
                counters.get(each).processWatermark(timestamp);
                carry();
            }
        }
    }

    /** Time passes for revisions. */
    void tick(long millis) throws Exception {
        reader().setProcessingTime(millis);
        carry();
        for (var each : counters) {
            each.setProcessingTime(millis);
        }
        carry();
    }

    /** What the reader hands on reaches the counters in its order, and before what comes later. */
    private void carry() throws Exception {
        Queue<StreamRecord<GroupCount>> groups = reader().getSideOutput(AggregateJob.GROUPS);
        while (groups != null && !groups.isEmpty()) {
            GroupCount count = groups.remove().getValue();
            int subtask = KeyGroupRangeAssignment.assignKeyToParallelOperator(
                    CountGroups.part(count), MAX_PARALLELISM, counters.size());
            counters.get(subtask).processElement(new StreamRecord<>(count));
        }
        take(reader().getSideOutput(AggregateJob.LATE));
        reader().getOutput().clear();
        for (var each : counters) {
            for (Object element : each.getOutput()) {
                if (!(element instanceof Watermark) && element instanceof StreamRecord<?> record) {
                    GroupCount count = (GroupCount) record.getValue();
                    pending.add(() -> write(count));
                }
            }
            each.getOutput().clear();
            take(each.getSideOutput(AggregateJob.LATE));
        }
    }

    private void take(@Nullable Queue<StreamRecord<LateHits>> late) {
        while (late != null && !late.isEmpty()) {
            LateHits mark = late.remove().getValue();
            pending.add(() -> marks.add(mark));
        }
    }

    private void write(GroupCount count) {
        for (Aggregate each : aggregates) {
            if (each.id().equals(count.aggregate())) {
                byte[] sketch = requireNonNull(count.visitors(), "no visitors");
                raise(
                        new Row(each.table(), count.windowStartMillis(), count.windowEndMillis(), count.key()),
                        new Counted(count.hits(), VisitorSketch.of(sketch).estimate()));
            }
        }
    }

    private void raise(Row row, Counted counted) {
        rows.merge(row, counted, (stored, more) -> more.hits > stored.hits ? more : stored);
    }

    /** Some of what was handed on is stored, in order. */
    void flush(int most) {
        for (int i = Math.min(most, pending.size()); i > 0; i--) {
            pending.remove(0).run();
        }
    }

    /** All marked windows are recomputed from what is stored by now, whether it was read or not. */
    void correct() {
        for (LateHits mark : marks) {
            long end = mark.windowStartMillis() + mark.windowSizeMillis();
            for (Aggregate each : aggregates) {
                if (each.windowsOr(WINDOWS).has(mark.windowStartMillis(), mark.windowSizeMillis())) {
                    count(each, mark.windowStartMillis(), end, topic).forEach(this::raise);
                }
            }
        }
        marks.clear();
    }

    /** By definition. */
    static Map<Row, Counted> count(Aggregate aggregate, long start, long end, List<Event> events) {
        Map<String, Long> hits = new HashMap<>();
        Map<String, Set<String>> visitors = new HashMap<>();
        for (Event each : events) {
            if (each.time >= start && each.time < end) {
                hits.merge(each.host, 1L, Long::sum);
                visitors.computeIfAbsent(each.host, none -> new HashSet<>()).add(each.visitor);
            }
        }
        Map<Row, Counted> counted = new HashMap<>();
        hits.forEach((host, number) -> counted.put(
                new Row(aggregate.table(), start, end, host),
                new Counted(number, visitors.getOrDefault(host, Set.of()).size())));
        return counted;
    }

    /** Every window of the aggregate that holds an event. */
    static Map<Row, Counted> count(Aggregate aggregate, List<Event> events) {
        SlicedWindows kind = aggregate.windowsOr(WINDOWS);
        Map<Row, Counted> counted = new HashMap<>();
        Set<Long> ends = new HashSet<>();
        for (Event each : events) {
            long slice = kind.sliceOf(each.time);
            for (long end = kind.firstEnd(slice); end <= kind.lastEnd(slice); end += kind.everyMillis()) {
                ends.add(end);
            }
        }
        ends.forEach(end -> counted.putAll(count(aggregate, kind.startOf(end), end, events)));
        return counted;
    }

    /** A checkpoint, before which everything that was handed on is stored. */
    void checkpoint() throws Exception {
        reader().prepareSnapshotPreBarrier(1);
        carry();
        OperatorSubtaskState readerState = reader().snapshot(1, 1);
        OperatorSubtaskState[] states = new OperatorSubtaskState[counters.size()];
        for (int i = 0; i < states.length; i++) {
            counters.get(i).prepareSnapshotPreBarrier(1);
            carry();
            states[i] = counters.get(i).snapshot(1, 1);
        }
        flush(Integer.MAX_VALUE);
        saved = new Saved(
                readerState, AbstractStreamOperatorTestHarness.repackageState(states), states.length, read, watermark);
    }

    /** The job dies and goes on from its last checkpoint; what was on its way may be lost. */
    void crash() throws Exception {
        flush(random.nextInt(pending.size() + 1));
        pending.clear();
        goOn();
    }

    private void goOn() throws Exception {
        close();
        Saved from = saved;
        read = from == null ? 0 : from.read;
        watermark = from == null ? Long.MIN_VALUE : from.watermark;
        open(from, 1 + random.nextInt(3));
    }

    /** Goes on with others, or another lateness, as a user submits it anew. */
    void submit(List<Aggregate> others, Duration otherLateness) throws Exception {
        checkpoint();
        aggregates = others;
        lateness = otherLateness;
        newFrom = WINDOWS.startOf(now) + BASE;
        goOn();
    }

    /** Starts without state, from the first record on that belongs to a window which was not closed at the last checkpoint. */
    void startFresh() throws Exception {
        checkpoint();
        long closed = requireNonNull(saved).watermark;
        saved = null;
        if (closed == Long.MIN_VALUE) {
            start = new StartOffsets(Map.of(), Long.MIN_VALUE);
        } else {
            long first = WINDOWS.startOf(closed + 1);
            start = new StartOffsets(Map.of(), first);
        }
        close();
        int from = 0;
        while (from < read && topic.get(from).time < start.firstWindowStart()) {
            from++;
        }
        read = from;
        watermark = Long.MIN_VALUE;
        open(null, 1 + random.nextInt(3));
        // What follows may fail before its first checkpoint, and would begin there again.
        checkpoint();
    }

    long now() {
        return now;
    }

    /** Everything is read, closes and is stored. */
    void drain() throws Exception {
        boolean more = true;
        while (more) {
            more = readOne();
        }
        watermark(Long.MAX_VALUE);
        reader().getOneInputOperator().finish();
        carry();
        flush(Integer.MAX_VALUE);
        correct();
    }

    private OneInputStreamOperatorTestHarness<TopicRecord, HitCount> reader() {
        return requireNonNull(reader, "not open");
    }

    @Override
    public void close() {
        try {
            reader().close();
            for (var each : counters) {
                each.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
