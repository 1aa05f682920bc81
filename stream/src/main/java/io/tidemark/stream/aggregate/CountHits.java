package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.GroupCounts;
import io.tidemark.model.Hit;
import io.tidemark.model.HitScanner;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RejectReason;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.EnrichedTopic;
import io.tidemark.stream.FirstReads;
import io.tidemark.stream.OneTimer;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.Tally;
import io.tidemark.stream.TopicRecord;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/**
 * Reads hits, drops those whose coordinates were seen before, assigns the window, and adds hits up before they are shuffled,
 * so that a busy host is no bottleneck. Hits in windows that are not seen whole from where the job started go to {@link
 * AggregateJob#LATE}.
 *
 * <p>Counts are handed on before a watermark that closes one of their windows, after a moment, before a checkpoint and at the
 * end: nothing is held that a checkpoint would miss.
 */
final class CountHits extends AbstractStreamOperator<HitCount>
        implements OneInputStreamOperator<TopicRecord, HitCount> {
    private static final long serialVersionUID = 1L;

    /** For hits that no such watermark follows soon. */
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private static final long ONE_MINUTE = 60_000;

    /** That wait to be handed on. */
    private static final int MOST_GROUPS = 50_000;

    private final long firstWindowStart;
    private final TumblingWindows windows;
    private final List<Aggregate> aggregates;
    private final long newAggregatesFrom;
    private final TimeCharacteristic time;
    private final Clock clock;

    private transient FirstReads reads = new FirstReads(Topics.ENRICHED);
    private transient @Nullable ListState<Long> firstWindowState;

    /** The start that the state was counted from; not that of a later submission, which went on from there. */
    private transient long wholeFrom;

    private transient AggregateStarts starts;

    private transient long watermark = Long.MIN_VALUE;
    private transient @Nullable ListState<Long> watermarkState;
    private transient boolean isIdle;

    private transient @Nullable OneTimer timer;
    private transient @Nullable OneTimer quietTimer;
    private transient @Nullable Opened opened;

    CountHits(
            StartOffsets start,
            TumblingWindows windows,
            List<Aggregate> aggregates,
            long newAggregatesFrom,
            TimeCharacteristic time,
            Clock clock) {
        this.firstWindowStart = start.firstWindowStart();
        this.windows = windows;
        this.aggregates = List.copyOf(aggregates);
        this.newAggregatesFrom = newAggregatesFrom;
        this.starts = starts();
        this.time = time;
        this.clock = clock;
    }

    private AggregateStarts starts() {
        return new AggregateStarts(new WholeFrom(aggregates, firstWindowStart, newAggregatesFrom), windows);
    }

    private record Opened(
            HitScanner scanner,
            EnrichedEventCodec codec,
            LocalCounts counts,
            GroupCounts groups,
            Tally read,
            Tally duplicates,
            Tally marked,
            Map<RejectReason, Tally> rejected) {}

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        reads = new FirstReads(Topics.ENRICHED);
        reads.restore(context.getOperatorStateStore());
        firstWindowState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("first-window-start", LongSerializer.INSTANCE));
        wholeFrom = firstWindowStart;
        for (long each : firstWindowState.get()) {
            wholeFrom = each;
        }
        starts = starts();
        watermark = Long.MIN_VALUE;
        watermarkState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("watermark", LongSerializer.INSTANCE));
        for (long each : watermarkState.get()) {
            watermark = Math.max(watermark, each);
        }
        // By processing time every window is of now, and none can be recomputed.
        boolean goesOn = context.isRestored() && time == TimeCharacteristic.EVENT;
        starts.restore(context.getOperatorStateStore(), goesOn, clock.millis());
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        reads.snapshot();
        requireNonNull(firstWindowState, "state not initialized").update(List.of(wholeFrom));
        starts.snapshot();
        requireNonNull(watermarkState).update(List.of(watermark));
    }

    @Override
    public void open() throws Exception {
        super.open();
        timer = new OneTimer(getProcessingTimeService());
        quietTimer = new OneTimer(getProcessingTimeService());
        opened = new Opened(
                new HitScanner(),
                new EnrichedEventCodec(),
                new LocalCounts(count -> output.collect(new StreamRecord<>(count))),
                new GroupCounts(
                        aggregates, windows, count -> output.collect(AggregateJob.GROUPS, new StreamRecord<>(count))),
                new Tally(getRuntimeContext(), Tallies.READ),
                new Tally(getRuntimeContext(), Tallies.DUPLICATES),
                new Tally(getRuntimeContext(), Tallies.MARKED),
                Tallies.rejected(getRuntimeContext()));
    }

    @Override
    public void processElement(StreamRecord<TopicRecord> element) {
        Opened with = opened();
        TopicRecord read = element.getValue();
        with.read.add(1);
        try {
            if (reads.admit(read) != null) {
                count(read.value(), with);
            } else {
                with.duplicates.add(1);
            }
        } catch (InvalidEventException e) {
            Tally tally = with.rejected.get(e.reason());
            if (tally != null) {
                tally.add(1);
            }
            output.collect(
                    AggregateJob.REJECTED,
                    new StreamRecord<>(
                            new Rejected(read.position(), e.reason(), e.getMessage(), read.key(), read.value())));
        }
    }

    private void count(byte @Nullable [] value, Opened with) throws InvalidEventException {
        HitScanner scanner = with.scanner;
        if (value != null && scanner.scan(value)) {
            long window = windowOf(scanner.eventTimeMillis());
            if (isWhole(window, with)) {
                with.counts.add(value, scanner, window);
                countGroups(value, window, with);
            }
        } else {
            Hit hit = with.codec.decodeHit(value);
            long window = windowOf(hit.eventTimeMillis());
            if (isWhole(window, with)) {
                with.counts.add(hit.host(), hit.referrer(), window);
                countGroups(requireNonNull(value), window, with);
            }
        }
    }

    private void countGroups(byte[] value, long window, Opened with) {
        if (!aggregates.isEmpty()) {
            if (starts.allCount(window)) {
                with.groups.add(value, window, every -> true);
            } else {
                starts.missed(window);
                with.groups.add(value, window, aggregate -> starts.counts(aggregate, window));
            }
            if (with.groups.size() >= MOST_GROUPS) {
                with.groups.handOnAll();
            }
        }
    }

    private long windowOf(long eventTimeMillis) {
        return windows.startOf(time == TimeCharacteristic.EVENT ? eventTimeMillis : clock.millis());
    }

    /** Marks the window if it is not. */
    private boolean isWhole(long window, Opened with) {
        if (time == TimeCharacteristic.EVENT && window < wholeFrom) {
            with.marked.add(1);
            output.collect(AggregateJob.LATE, new StreamRecord<>(new LateHits(window, windows.sizeMillis())));
            starts.missedByLonger(window);
            return false;
        }
        requireNonNull(timer).arm(LONGEST, now -> handOn());
        return true;
    }

    /** What it does not close can wait: a count handed on for every watermark would hardly be one. */
    @Override
    public void processWatermark(Watermark mark) throws Exception {
        watermark = Math.max(watermark, mark.getTimestamp());
        long earliest = opened().counts.earliestWindow();
        boolean closesWindow = earliest != Long.MAX_VALUE && windows.maxTimestamp(earliest) <= watermark;
        if (closesWindow || opened().groups.earliestEnd() - 1 <= watermark) {
            handOn();
        }
        markMissed();
        super.processWatermark(mark);
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status) throws Exception {
        handOn();
        isIdle = status.isIdle();
        markMissed();
        super.processWatermarkStatus(status);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        handOn();
        // A job that starts without this state from here does not know of them.
        markMissed();
    }

    @Override
    public void finish() throws Exception {
        handOn();
        watermark = Long.MAX_VALUE;
        markMissed();
        super.finish();
    }

    /**
     * Marks what is closed, or closes soon. While all is quiet, event time goes on behind this operator at the clock's pace, and
     * windows close without a watermark from here.
     */
    private void markMissed() {
        long ahead = EnrichedTopic.MAX_AHEAD.toMillis() + windows.sizeMillis();
        for (LateHits window : starts.due(isIdle ? Math.max(watermark, clock.millis() + ahead) : watermark)) {
            output.collect(AggregateJob.LATE, new StreamRecord<>(window));
        }
        if (isIdle && starts.isWaiting()) {
            requireNonNull(quietTimer)
                    .arm(Duration.ofMillis(Math.min(windows.sizeMillis(), ONE_MINUTE)), now -> markMissed());
        }
    }

    private void handOn() {
        requireNonNull(timer).disarm();
        opened().counts.handOnAll();
        opened().groups.handOnAll();
    }

    private Opened opened() {
        return requireNonNull(opened, "not open");
    }
}
