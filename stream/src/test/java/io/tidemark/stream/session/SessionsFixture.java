package io.tidemark.stream.session;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.SessionMark;
import io.tidemark.model.SessionsBy;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.VisitorSession;
import io.tidemark.store.SessionSettings;
import io.tidemark.stream.TopicRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/** {@link ReadViews} before {@link MakeSessions} at any parallelism, and what they hand on. */
final class SessionsFixture {
    static final long NOON = 1_772_366_400_000L;
    static final long MINUTE = 60_000;
    static final Duration GAP = Duration.ofMinutes(5);
    static final SessionSettings SETTINGS = SessionSettings.of(GAP, SessionsBy.VISITOR);
    private static final int MAX_PARALLELISM = 8;

    private final EnrichedEventCodec codec = new EnrichedEventCodec();
    private SessionSettings settings = SETTINGS;
    private Duration lateness;
    private OneInputStreamOperatorTestHarness<TopicRecord, KeyedView> reader;
    private List<KeyedOneInputStreamOperatorTestHarness<String, KeyedView, VisitorSession>> subtasks = List.of();

    /** What is to be written, since last taken. */
    final List<VisitorSession> sessions = new ArrayList<>();

    /** What is to be marked, since last taken. */
    final List<SessionMark> marks = new ArrayList<>();

    /** @param seenFrom every page view from then on is seen */
    SessionsFixture(Duration lateness, long seenFrom) throws Exception {
        this.lateness = lateness;
        this.reader = reader();
        start(1, null, seenFrom, 0);
    }

    /** State of all subtasks, as a checkpoint holds it. */
    record Saved(OperatorSubtaskState reader, OperatorSubtaskState state, int parallelism, long now) {}

    private OneInputStreamOperatorTestHarness<TopicRecord, KeyedView> reader() throws Exception {
        return new OneInputStreamOperatorTestHarness<>(new ReadViews(settings.by()));
    }

    private void start(int parallelism, @Nullable Saved saved, long seenFrom, long now) throws Exception {
        reader = reader();
        reader.setup();
        if (saved != null) {
            reader.initializeState(saved.reader);
        }
        reader.open();
        subtasks = new ArrayList<>();
        for (int subtask = 0; subtask < parallelism; subtask++) {
            var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                    new MakeSessions(settings, lateness, seenFrom),
                    KeyedView::key,
                    Types.STRING,
                    MAX_PARALLELISM,
                    parallelism,
                    subtask);
            subtasks.add(harness);
            harness.setProcessingTime(now);
            harness.setup();
            if (saved != null) {
                harness.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                        saved.state, MAX_PARALLELISM, saved.parallelism, parallelism, subtask));
            }
            harness.open();
        }
    }

    Saved save() throws Exception {
        OperatorSubtaskState[] states = new OperatorSubtaskState[subtasks.size()];
        for (int i = 0; i < states.length; i++) {
            subtasks.get(i).prepareSnapshotPreBarrier(1);
            states[i] = subtasks.get(i).snapshot(1, 1);
        }
        collect();
        return new Saved(
                reader.snapshot(1, 1),
                AbstractStreamOperatorTestHarness.repackageState(states),
                states.length,
                processingTime());
    }

    /** Ends all subtasks as a crash does and starts that many from what was saved. */
    void restore(Saved saved, int parallelism) throws Exception {
        long now = Math.max(saved.now, processingTime());
        close();
        start(parallelism, saved, Long.MIN_VALUE, now);
    }

    /** Goes on with other options, as whoever submits the job again may choose. */
    void restore(Saved saved, Duration otherLateness, SessionSettings others) throws Exception {
        lateness = otherLateness;
        settings = others;
        restore(saved, saved.parallelism);
    }

    /** Ends all subtasks and starts without any state. */
    void startAnew(int parallelism, long seenFrom) throws Exception {
        long now = processingTime();
        close();
        start(parallelism, null, seenFrom, now);
    }

    void read(EnrichedEvent event, SourceCoordinates source) throws Exception {
        read(codec.encode(event), source);
    }

    void read(byte[] value, SourceCoordinates source) throws Exception {
        reader.processElement(new StreamRecord<>(new TopicRecord(
                new SourceCoordinates(9, 9, source.partition(), 0), 0, null, value, source.toHeader())));
        for (KeyedView view : reader.extractOutputValues()) {
            int subtask =
                    KeyGroupRangeAssignment.assignKeyToParallelOperator(view.key(), MAX_PARALLELISM, subtasks.size());
            subtasks.get(subtask).processElement(new StreamRecord<>(view));
        }
        reader.getOutput().clear();
        collect();
    }

    /** A page view at that minute after noon, at an offset of its own. */
    void view(String visitor, double minute) throws Exception {
        offset++;
        read(event("a.example", visitor, NOON + Math.round(minute * MINUTE), "/" + offset), at(0, offset));
    }

    private long offset;

    static SourceCoordinates at(int partition, long offset) {
        return new SourceCoordinates(1, 2, partition, offset);
    }

    static EnrichedEvent event(String host, @Nullable String visitor, long millis, String page) {
        return new EnrichedEvent(
                host,
                millis,
                "192.0.2.0",
                "https://" + host + page + "?q",
                null,
                null,
                visitor,
                EnrichedEvent.Geo.UNKNOWN,
                EnrichedEvent.Client.UNKNOWN,
                EnrichedEvent.ReferrerSource.DIRECT,
                EnrichedEvent.Campaign.NONE);
    }

    void watermarkAtMinute(double minute) throws Exception {
        watermark(NOON + Math.round(minute * MINUTE));
    }

    void watermark(long timestamp) throws Exception {
        for (var harness : subtasks) {
            harness.processWatermark(timestamp);
        }
        collect();
    }

    void status(WatermarkStatus status) throws Exception {
        for (var harness : subtasks) {
            harness.processWatermarkStatus(status);
        }
    }

    void now(long millis) throws Exception {
        for (var harness : subtasks) {
            harness.setProcessingTime(millis);
        }
        collect();
    }

    long processingTime() {
        return subtasks.get(0).getProcessingTime();
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

    Queue<Object> output() {
        return subtasks.get(0).getOutput();
    }

    /** The sessions handed on since last asked: visitor, minutes of start and end, hits. */
    List<String> written() {
        List<String> texts = sessions.stream()
                .map(each -> "%s %s-%s: %d"
                        .formatted(
                                each.visitor(),
                                minute(each.span().startMillis()),
                                minute(each.span().endMillis()),
                                each.span().hits()))
                .toList();
        sessions.clear();
        return texts;
    }

    /** The marks handed on since last asked: visitor, minutes of start and end. */
    List<String> marked() {
        List<String> texts = marks.stream()
                .map(each -> "%s %s-%s".formatted(each.visitor(), minute(each.fromMillis()), minute(each.toMillis())))
                .toList();
        marks.clear();
        return texts;
    }

    private static String minute(long millis) {
        double minutes = (millis - NOON) / (double) MINUTE;
        return minutes == Math.rint(minutes) ? "" + (long) minutes : "" + minutes;
    }

    private void collect() {
        for (var harness : subtasks) {
            sessions.addAll(harness.extractOutputValues());
            harness.getOutput().removeIf(element -> element instanceof StreamRecord);
            Queue<StreamRecord<SessionMark>> side = harness.getSideOutput(SessionJob.MARKS);
            if (side != null) {
                side.forEach(record -> marks.add(record.getValue()));
                side.clear();
            }
        }
    }

    void close() throws Exception {
        reader.close();
        for (var harness : subtasks) {
            harness.close();
        }
    }
}
