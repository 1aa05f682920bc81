package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.CoordinatesReader;
import io.tidemark.model.Hit;
import io.tidemark.model.HitReader;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.SameTopic;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.Tally;
import io.tidemark.stream.TopicRecord;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Reads hits, drops those whose coordinates were seen before, and assigns the window. Hits in windows that are not seen
 * whole from where the job started go to {@link AggregateJob#LATE}.
 */
final class DecodeHits extends ProcessFunction<TopicRecord, WindowedHit> implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;

    private final long firstWindowStart;
    private final TumblingWindows windows;
    private final TimeCharacteristic time;
    private final Clock clock;

    private transient FirstOccurrences occurrences = new FirstOccurrences();
    private transient @Nullable ListState<SourceCoordinates> positions;
    private transient @Nullable ListState<Long> firstWindowState;
    private transient SameTopic topic = new SameTopic(Topics.ENRICHED);

    /** The start that the state was counted from; not that of a later submission, which went on from there. */
    private transient long wholeFrom;

    private transient @Nullable Opened opened;

    DecodeHits(StartOffsets start, TumblingWindows windows, TimeCharacteristic time, Clock clock) {
        this.firstWindowStart = start.firstWindowStart();
        this.windows = windows;
        this.time = time;
        this.clock = clock;
    }

    /** Every subtask takes all positions over, since it is not known yet which partitions it will read. */
    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        positions = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("source-positions", SourceCoordinates.class));
        occurrences = new FirstOccurrences();
        List<SourceCoordinates> restored = new ArrayList<>();
        positions.get().forEach(restored::add);
        occurrences.restore(restored);
        firstWindowState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("first-window-start", LongSerializer.INSTANCE));
        wholeFrom = firstWindowStart;
        for (long each : firstWindowState.get()) {
            wholeFrom = each;
        }
        topic = new SameTopic(Topics.ENRICHED);
        topic.restore(context.getOperatorStateStore());
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        requireNonNull(positions, "state not initialized").update(occurrences.positions());
        requireNonNull(firstWindowState).update(List.of(wholeFrom));
        topic.snapshot();
    }

    @Override
    public void open(OpenContext context) {
        opened = new Opened(
                new HitReader(),
                new CoordinatesReader(),
                new Tally(getRuntimeContext(), Tallies.READ),
                new Tally(getRuntimeContext(), Tallies.DUPLICATES),
                new Tally(getRuntimeContext(), Tallies.MARKED),
                Tallies.rejected(getRuntimeContext()));
    }

    @Override
    public void processElement(TopicRecord read, Context context, Collector<WindowedHit> out) {
        Opened with = requireNonNull(opened, "not open");
        with.read.add(1);
        topic.require(read);
        try {
            SourceCoordinates source = coordinates(read, with.coordinates);
            if (!occurrences.admit(source)) {
                with.duplicates.add(1);
                return;
            }
            Hit hit = with.hits.read(read.value());
            long at = time == TimeCharacteristic.EVENT ? hit.eventTimeMillis() : clock.millis();
            long window = windows.startOf(at);
            if (time == TimeCharacteristic.EVENT && window < wholeFrom) {
                with.marked.add(1);
                context.output(AggregateJob.LATE, new LateHits(window));
            } else {
                out.collect(new WindowedHit(window, hit.host(), hit.referrer()));
            }
        } catch (InvalidEventException e) {
            Tally tally = with.rejected.get(e.reason());
            if (tally != null) {
                tally.add(1);
            }
            context.output(
                    AggregateJob.REJECTED,
                    new Rejected(read.position(), e.reason(), e.getMessage(), read.key(), read.value()));
        }
    }

    private static SourceCoordinates coordinates(TopicRecord read, CoordinatesReader reader)
            throws InvalidEventException {
        if (read.source() == null) {
            throw new InvalidEventException(
                    RejectReason.MISSING_COORDINATES, "Header " + SourceCoordinates.HEADER + " is absent");
        }
        try {
            return reader.read(read.source());
        } catch (IllegalArgumentException e) {
            throw new InvalidEventException(
                    RejectReason.MISSING_COORDINATES, "Header " + SourceCoordinates.HEADER + ": " + e.getMessage());
        }
    }

    private record Opened(
            HitReader hits,
            CoordinatesReader coordinates,
            Tally read,
            Tally duplicates,
            Tally marked,
            Map<RejectReason, Tally> rejected) {}
}
