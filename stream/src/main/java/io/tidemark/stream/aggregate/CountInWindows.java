package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.SlicedWindows;
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
 * Counts in slices of windows, each slice a namespace of the state; most windows are one slice.
 *
 * <p>A window's counts are written when the watermark passes its end. Hits that come later, within the allowed lateness,
 * revise it. A slice's state is kept until that is over for the last window that holds it. Hits of windows whose state is gone, in all or
 * in part, go to {@link AggregateJob#LATE}, where they are recomputed.
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

    private final SlicedWindows windows;
    private final long latenessMillis;
    private final TimeCharacteristic time;

    private long watermark = Long.MIN_VALUE;

    /** The state of every slice whose last window's last timestamp is not above it was dropped, whatever the lateness was then. */
    private long goneUpTo = Long.MIN_VALUE;

    private transient @Nullable ListState<Long> watermarkState;
    private transient @Nullable ListState<Long> goneState;
    private transient @Nullable ClocksPace pace;
    private transient @Nullable Opened opened;

    CountInWindows(TumblingWindows windows, Duration allowedLateness, TimeCharacteristic time) {
        this.windows = SlicedWindows.of(windows);
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

    /** The windows that the job counts in; those of its tables that have no others. */
    final SlicedWindows windows() {
        return windows;
    }

    /** The windows that the current key's counts are of. */
    SlicedWindows windowsOfKey() {
        return windows;
    }

    /** Of the slice that the counts are of, its start in milliseconds since the epoch. */
    abstract long sliceStart(I counts);

    /** Whether the key's state of the slice holds nothing. */
    abstract boolean isEmpty(long slice) throws Exception;

    /** Adds counts to the key's state of the slice. */
    abstract void add(long slice, I counts) throws Exception;

    /**
     * Hands on what is to be written of the key's slice: where windows are slices, of the window. Else what has changed since, of
     * all windows that hold the slice and are closed, see {@link #mustRecompute}.
     */
    abstract void handOn(long slice) throws Exception;

    /** Hands on what is to be written of a window that closes, of the key, and of several slices. */
    void handOnWindow(SlicedWindows kind, long end) throws Exception {
        throw new IllegalStateException("Windows of several slices are not counted here: " + kind + " until " + end);
    }

    /** Drops the key's state of the slice. */
    abstract void drop(long slice) throws Exception;

    /** Told of what came too late for the window's state. */
    void onTooLate(I counts) {}

    /** Told of what revises a window that has been written. */
    void onRevision(I counts) {}

    /** A window whose state is still there is always counted in it, however late: its counts are whole. */
    @Override
    public void processElement(StreamRecord<I> element) throws Exception {
        Opened with = opened();
        I counts = element.getValue();
        SlicedWindows kind = windowsOfKey();
        long slice = sliceOf(counts, kind);
        if (isGone(kind, slice) && isEmpty(slice)) {
            onTooLate(counts);
            for (long end = kind.firstEnd(slice); end <= kind.lastEnd(slice); end += kind.everyMillis()) {
                recompute(kind, end);
            }
            return;
        }
        // Timers of all windows that hold the slice are there once it holds something.
        boolean isKnown = !kind.areSlices() && !isEmpty(slice);
        add(slice, counts);
        with.timers.registerEventTimeTimer(slice, goneAt(kind, slice));
        if (!isKnown) {
            registerOpen(kind, slice);
        }
        if (!isOpen(kind.firstEnd(slice))) {
            onRevision(counts);
            markLost(kind, slice);
            with.unwritten.setCurrentNamespace(slice);
            with.unwritten.update(true);
            with.timers.registerProcessingTimeTimer(slice, nextRevision(with.timers.currentProcessingTime()));
        }
    }

    /** By processing time nothing is late: what was held up on its way counts in the window that is open. */
    private long sliceOf(I counts, SlicedWindows kind) {
        long slice = sliceStart(counts);
        boolean heldUp = time == TimeCharacteristic.PROCESSING && !isOpen(kind.firstEnd(slice));
        return heldUp ? kind.sliceOf(watermark + 1) : slice;
    }

    /** For each window that holds the slice and is open; as namespace the timer has the last slice of it. */
    private void registerOpen(SlicedWindows kind, long slice) {
        for (long end = kind.firstEnd(slice); end <= kind.lastEnd(slice); end += kind.everyMillis()) {
            if (isOpen(end)) {
                opened().timers.registerEventTimeTimer(end - kind.everyMillis(), end - 1);
            }
        }
    }

    /** Has those windows recomputed that hold the slice, are closed, and lack slices. */
    private void markLost(SlicedWindows kind, long slice) {
        for (long end = kind.firstEnd(slice); end <= kind.lastEnd(slice) && !isOpen(end); end += kind.everyMillis()) {
            if (mustRecompute(kind, end)) {
                recompute(kind, end);
            }
        }
    }

    /**
     * Whether the state of the window may lack slices, where there are several. None is dropped before its lateness is over, whatever
     * that was when its timer was set; and for the first slice it is over first.
     */
    final boolean mustRecompute(SlicedWindows kind, long end) {
        return !kind.areSlices() && isGone(kind, kind.startOf(end));
    }

    final void recompute(SlicedWindows kind, long end) {
        long start = kind.startOf(end);
        output.collect(AggregateJob.LATE, new StreamRecord<>(new LateHits(start, end - start)));
    }

    /** Whether the watermark has yet to pass the window's last timestamp. */
    final boolean isOpen(long end) {
        return end - 1 > watermark;
    }

    @Override
    public void onEventTime(InternalTimer<String, Long> timer) throws Exception {
        SlicedWindows kind = windowsOfKey();
        long slice = timer.getNamespace();
        boolean closes = timer.getTimestamp() == kind.firstEnd(slice) - 1;
        if (closes && kind.areSlices()) {
            write(slice);
        } else {
            writeTogether(kind, slice);
            if (closes) {
                handOnWindow(kind, kind.firstEnd(slice));
            }
        }
        if (timer.getTimestamp() >= goneAt(kind, slice)) {
            drop(slice);
        } else if (!closes) {
            // Of a job that allowed less lateness than this one, which went on from it.
            opened().timers.registerEventTimeTimer(slice, goneAt(kind, slice));
        }
    }

    /** Writes revisions of all slices that share a window with that one: once it is dropped, the window lacks it. */
    private void writeTogether(SlicedWindows kind, long slice) throws Exception {
        long from = kind.firstStart(slice);
        for (long each = from; each < kind.lastEnd(slice); each += kind.everyMillis()) {
            writeRevision(each);
        }
    }

    @Override
    public void onProcessingTime(InternalTimer<String, Long> timer) throws Exception {
        writeRevision(timer.getNamespace());
    }

    /** What is written before a checkpoint need not be written again by a job that starts at the committed offsets. */
    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        opened().timers.forEachProcessingTimeTimer((slice, at) -> writeRevision(slice));
    }

    private void writeRevision(long slice) throws Exception {
        opened().unwritten.setCurrentNamespace(slice);
        if (Boolean.TRUE.equals(opened().unwritten.value())) {
            write(slice);
        }
    }

    private void write(long slice) throws Exception {
        Opened with = opened();
        with.unwritten.setCurrentNamespace(slice);
        with.unwritten.clear();
        handOn(slice);
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

    private boolean isGone(SlicedWindows kind, long slice) {
        return kind.lastEnd(slice) - 1 <= goneUpTo;
    }

    private long beyondLateness(long mark) {
        return mark < Long.MIN_VALUE + latenessMillis ? Long.MIN_VALUE : mark - latenessMillis;
    }

    /**
     * The timestamp at which the slice's state is dropped: with lateness or without, after its last window is written. Timers of one
     * timestamp come in no order.
     */
    private long goneAt(SlicedWindows kind, long slice) {
        return kind.lastEnd(slice) - 1 + latenessMillis + (kind.areSlices() ? 0 : 1);
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
