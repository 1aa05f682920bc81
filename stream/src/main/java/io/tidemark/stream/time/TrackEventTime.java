package io.tidemark.stream.time;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.OneTimer;
import io.tidemark.stream.TopicRecord;
import io.tidemark.stream.aggregate.PartitionTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/**
 * Watermarks for windows by event time, see {@link PartitionTimes}; stands right behind an {@link AnnouncingSource}, and
 * keeps its announcements to itself. When all partitions are quiet its status is idle, and by {@link ClocksPace} event time
 * goes on all the same.
 */
public final class TrackEventTime extends AbstractStreamOperator<TopicRecord>
        implements OneInputStreamOperator<TopicRecord, TopicRecord> {
    private static final long serialVersionUID = 1L;
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration ASK_EVERY = Duration.ofSeconds(1);

    private final TumblingWindows windows;
    private final Duration delay;
    private final Duration quietAfter;
    private final Backlog.Opener opener;

    private transient @Nullable ListState<PartitionTime> timesState;
    private transient @Nullable PartitionTimes times;
    private transient @Nullable Backlog backlog;
    private transient @Nullable OneTimer timer;
    private transient @Nullable CompletableFuture<Set<Integer>> asked;
    private transient long askedAt;
    private transient long watermark;
    private transient boolean idle;

    /** @param windows whose ends are told at once */
    public TrackEventTime(TumblingWindows windows, Duration delay, Duration quietAfter, Backlog.Opener opener) {
        this.windows = windows;
        this.delay = delay;
        this.quietAfter = quietAfter;
        this.opener = opener;
    }

    /** Every subtask takes all times over, since it is not known yet which partitions it will read. */
    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        long now = getProcessingTimeService().getCurrentProcessingTime();
        timesState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("newest-times", PartitionTime.class));
        times = new PartitionTimes(windows, delay, quietAfter, now);
        times.restore(timesState.get());
        watermark = Long.MIN_VALUE;
        askedAt = now;
        idle = false;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        requireNonNull(timesState).update(new ArrayList<>(times().save()));
    }

    @Override
    public void open() throws Exception {
        super.open();
        backlog = opener.open();
        timer = new OneTimer(getProcessingTimeService());
        scheduleTick();
    }

    @Override
    public void processElement(StreamRecord<TopicRecord> element) {
        TopicRecord record = element.getValue();
        if (Assignment.isOne(record)) {
            times().assign(Assignment.of(record));
            tellStatus();
            return;
        }
        boolean telling =
                times().event(record.position().partition(), record.position().offset(), record.timestampMillis());
        if (telling) {
            tellStatus();
        }
        output.collect(element);
        if (telling) {
            tellWatermark();
        }
    }

    private void scheduleTick() {
        requireNonNull(timer).arm(TICK, now -> {
            tick(now);
            scheduleTick();
        });
    }

    private void tick(long now) {
        takeAnswer();
        times().tick(now);
        // Before the status, if all is quiet: Flink drops the watermarks of what is idle.
        if (times().isIdle()) {
            tellWatermark();
            tellStatus();
        } else {
            tellStatus();
            tellWatermark();
        }
        ask(now);
    }

    private void ask(long now) {
        Map<Integer, Long> silent = times().silent();
        boolean due = now - askedAt >= ASK_EVERY.toMillis() || now < askedAt;
        if (asked == null && due && (!silent.isEmpty() || times().waitsForPartitions())) {
            askedAt = now;
            asked = requireNonNull(backlog, "not open").drained(silent);
        }
    }

    private void takeAnswer() {
        CompletableFuture<Set<Integer>> answer = asked;
        if (answer == null || !answer.isDone()) {
            return;
        }
        asked = null;
        if (answer.isCompletedExceptionally()) {
            times().unanswered();
        } else {
            times().answered(askedAt, answer.join());
        }
    }

    private void tellStatus() {
        if (times().isIdle() != idle) {
            idle = times().isIdle();
            output.emitWatermarkStatus(idle ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE);
        }
    }

    private void tellWatermark() {
        long reached = times().watermark();
        if (!idle && reached > watermark) {
            watermark = reached;
            output.emitWatermark(new Watermark(watermark));
        }
    }

    /** The source's own watermark tells nothing but the end of all. */
    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (mark.getTimestamp() == Watermark.MAX_WATERMARK.getTimestamp()) {
            if (idle) {
                idle = false;
                output.emitWatermarkStatus(WatermarkStatus.ACTIVE);
            }
            super.processWatermark(mark);
        }
    }

    /** The source's own status tells nothing: it does not know what Kafka holds. */
    @Override
    public void processWatermarkStatus(WatermarkStatus status) {
        // Told by tick() instead.
    }

    @Override
    public void close() throws Exception {
        if (backlog != null) {
            backlog.close();
        }
        super.close();
    }

    private PartitionTimes times() {
        return requireNonNull(times, "state not initialized");
    }
}
