package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.time.ClocksPace;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.internal.InternalValueState;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/**
 * Counts in tumbling windows, each window a namespace of the state.
 *
 * <p>A window's counts are written when the watermark passes its end. Hits that come later, within the allowed lateness,
 * revise it. After that its state is gone, and hits go to {@link AggregateJob#LATE}, where the window is recomputed.
 *
 * <p>The watermark is part of the state, and so is which windows are gone: a job that goes on with another lateness must
 * not take the first hit of a window that is gone for the window's first. When all partitions are quiet it goes on
 * at the clock's pace, so that the last window closes without a next event.
 *
 * @param <I> counts of one window, to be added up
 * @param <O> what is written of a window
 */
abstract class CountInWindows<I, O> extends AbstractStreamOperator<O>
        implements OneInputStreamOperator<I, O>, Triggerable<String, Long> {
    private static final long serialVersionUID = 1L;
    private static final long REVISION_MILLIS = 500;

    private final TumblingWindows windows;
    private final long latenessMillis;
    private final TimeCharacteristic time;

    private long watermark = Long.MIN_VALUE;

    /** The state of every window whose last timestamp is not above it has been dropped, whatever the lateness was then. */
    private long goneUpTo = Long.MIN_VALUE;

    private transient @Nullable ListState<Long> watermarkState;
    private transient @Nullable ListState<Long> goneState;
    private transient @Nullable ClocksPace pace;
    private transient @Nullable Opened opened;

    CountInWindows(TumblingWindows windows, Duration allowedLateness, TimeCharacteristic time) {
        this.windows = windows;
        this.latenessMillis = allowedLateness.toMillis();
        this.time = time;
    }

    /** After rescaling the highest watermark counts: see {@link #processElement} for windows that are still there. */
    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        watermarkState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("watermark", LongSerializer.INSTANCE));
        for (long restored : watermarkState.get()) {
            watermark = Math.max(watermark, restored);
        }
        goneState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("gone-up-to", LongSerializer.INSTANCE));
        for (long restored : goneState.get()) {
            goneUpTo = Math.max(goneUpTo, restored);
        }
        goneUpTo = Math.max(goneUpTo, beyondLateness(watermark));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        requireNonNull(watermarkState).update(List.of(watermark));
        requireNonNull(goneState).update(List.of(goneUpTo));
    }

    @Override
    // Flink's keyed backends hand out internal states only; the window operator of Flink casts the same way.
    @SuppressWarnings("unchecked")
    public void open() throws Exception {
        super.open();
        ValueState<Boolean> unwritten = getOrCreateKeyedState(
                LongSerializer.INSTANCE, new ValueStateDescriptor<>("unwritten", BooleanSerializer.INSTANCE));
        pace = new ClocksPace(getProcessingTimeService(), byMillis -> {
            if (watermark != Long.MIN_VALUE) {
                processWatermark(new Watermark(watermark + byMillis));
            }
        });
        opened = new Opened(
                (InternalValueState<String, Long, Boolean>) unwritten,
                getInternalTimerService("windows", LongSerializer.INSTANCE, this));
    }

    /** Of the window that the counts are of, its start in milliseconds since the epoch. */
    abstract long windowStart(I counts);

    /** Whether the key's state of the window holds nothing. */
    abstract boolean isEmpty(long window) throws Exception;

    /** Adds counts to the key's state of the window. */
    abstract void add(long window, I counts) throws Exception;

    /** Hands on what is to be written of the key's window, if there is something. */
    abstract void handOn(long window) throws Exception;

    /** Drops the key's state of the window. */
    abstract void drop(long window) throws Exception;

    /** Told of what came too late for the window's state. */
    void onTooLate(I counts) {}

    /** Told of what revises a window that has been written. */
    void onRevision(I counts) {}

    /** A window whose state is still there is always counted in it, however late: its counts are whole. */
    @Override
    public void processElement(StreamRecord<I> element) throws Exception {
        Opened with = opened();
        I counts = element.getValue();
        long window = windowOf(counts);
        if (isGone(window) && isEmpty(window)) {
            onTooLate(counts);
            output.collect(AggregateJob.LATE, new StreamRecord<>(new LateHits(window)));
            return;
        }
        add(window, counts);
        with.timers.registerEventTimeTimer(window, goneAt(window));
        if (windows.maxTimestamp(window) > watermark) {
            with.timers.registerEventTimeTimer(window, windows.maxTimestamp(window));
        } else {
            onRevision(counts);
            with.unwritten.setCurrentNamespace(window);
            with.unwritten.update(true);
            with.timers.registerProcessingTimeTimer(window, nextRevision(with.timers.currentProcessingTime()));
        }
    }

    /** By processing time nothing is late: what was held up on its way counts in the window that is open. */
    private long windowOf(I counts) {
        long window = windowStart(counts);
        boolean heldUp = time == TimeCharacteristic.PROCESSING && windows.maxTimestamp(window) <= watermark;
        return heldUp ? windows.startOf(watermark + 1) : window;
    }

    @Override
    public void onEventTime(InternalTimer<String, Long> timer) throws Exception {
        Opened with = opened();
        long window = timer.getNamespace();
        with.unwritten.setCurrentNamespace(window);
        boolean closes = timer.getTimestamp() == windows.maxTimestamp(window);
        if (closes || Boolean.TRUE.equals(with.unwritten.value())) {
            write(window);
        }
        if (timer.getTimestamp() >= goneAt(window)) {
            drop(window);
        } else if (!closes) {
            // Of a job that allowed less lateness than this one, which went on from it.
            with.timers.registerEventTimeTimer(window, goneAt(window));
        }
    }

    @Override
    public void onProcessingTime(InternalTimer<String, Long> timer) throws Exception {
        opened().unwritten.setCurrentNamespace(timer.getNamespace());
        if (Boolean.TRUE.equals(opened().unwritten.value())) {
            write(timer.getNamespace());
        }
    }

    /** What is written before a checkpoint need not be written again by a job that starts at the committed offsets. */
    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        opened().timers.forEachProcessingTimeTimer((window, at) -> {
            opened().unwritten.setCurrentNamespace(window);
            if (Boolean.TRUE.equals(opened().unwritten.value())) {
                write(window);
            }
        });
    }

    private void write(long window) throws Exception {
        Opened with = opened();
        with.unwritten.setCurrentNamespace(window);
        with.unwritten.clear();
        handOn(window);
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (mark.getTimestamp() > watermark) {
            watermark = mark.getTimestamp();
            goneUpTo = Math.max(goneUpTo, beyondLateness(watermark));
            super.processWatermark(mark);
        }
    }

    /** Not handed on: this operator's own event time never rests, and Flink drops the watermarks of one that does. */
    @Override
    public void processWatermarkStatus(WatermarkStatus status) {
        // By processing time the clock is event time anyway.
        requireNonNull(pace).status(time == TimeCharacteristic.EVENT ? status : WatermarkStatus.ACTIVE);
    }

    private boolean isGone(long window) {
        return windows.maxTimestamp(window) <= goneUpTo;
    }

    private long beyondLateness(long mark) {
        return mark < Long.MIN_VALUE + latenessMillis ? Long.MIN_VALUE : mark - latenessMillis;
    }

    /** The timestamp at which the window's state is dropped. */
    private long goneAt(long window) {
        return windows.maxTimestamp(window) + latenessMillis;
    }

    /** Revisions are gathered for a moment; the rounding makes all of them fall on one timer. */
    private static long nextRevision(long now) {
        return (now / REVISION_MILLIS + 1) * REVISION_MILLIS;
    }

    private Opened opened() {
        return requireNonNull(opened, "not open");
    }

    private record Opened(InternalValueState<String, Long, Boolean> unwritten, InternalTimerService<Long> timers) {}
}
