package io.tidemark.stream.session;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.SessionMark;
import io.tidemark.model.VisitorSession;
import io.tidemark.store.SessionSettings;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.Tally;
import io.tidemark.stream.time.ClocksPace;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
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
 * Makes sessions of page views; keyed by host and visitor, see {@link KeptSessions}.
 *
 * <p>A session is written when the watermark has passed its end by the gap: no page view that is in time can join it. Late ones,
 * within the allowed lateness, revise it. After that it is dropped; a page view that might join what was dropped, or what lies
 * before the job's start, makes its session partial, which goes to {@link SessionJob#MARKS} whenever it would be written.
 *
 * <p>The watermark is part of the state, and so is up to when sessions are gone, whatever the lateness was then.
 */
final class MakeSessions extends AbstractStreamOperator<VisitorSession>
        implements OneInputStreamOperator<KeyedView, VisitorSession>, Triggerable<String, VoidNamespace> {
    private static final long serialVersionUID = 1L;
    private static final long REVISION_MILLIS = 500;

    private final SessionSettings settings;
    private final long latenessMillis;
    private final long seenFrom;

    private long watermark = Long.MIN_VALUE;

    /** What the state does not hold, of any visitor, ended at or before it. */
    private long goneUpTo = Long.MIN_VALUE;

    private transient @Nullable ListState<Long> watermarkState;
    private transient @Nullable ListState<Long> goneState;
    private transient @Nullable ListState<String> settingsState;
    private transient @Nullable Opened opened;

    /** @param seenFrom every page view from then on is seen, milliseconds since the epoch; {@link Long#MIN_VALUE} for all */
    MakeSessions(SessionSettings settings, Duration allowedLateness, long seenFrom) {
        this.settings = settings;
        this.latenessMillis = allowedLateness.toMillis();
        this.seenFrom = seenFrom;
    }

    private record Opened(
            ValueState<KeptSessions> kept,
            InternalTimerService<VoidNamespace> timers,
            ClocksPace pace,
            Tally counted,
            Tally late,
            Tally marked) {}

    /** After rescaling the highest watermark counts, and the latest that is gone. */
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
        if (!context.isRestored() && seenFrom != Long.MIN_VALUE) {
            goneUpTo = seenFrom - 1;
        }
        for (long restored : goneState.get()) {
            goneUpTo = Math.max(goneUpTo, restored);
        }
        goneUpTo = Math.max(goneUpTo, before(watermark, settings.gapMillis() + latenessMillis));
        settingsState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("sessions", StringSerializer.INSTANCE));
        for (String restored : settingsState.get()) {
            if (!restored.equals(settings.show())) {
                throw new IllegalStateException(
                        "The job's state holds sessions %s, and it cannot go on with sessions %s: start it anew with --fresh"
                                .formatted(restored, settings.show()));
            }
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        requireNonNull(watermarkState).update(List.of(watermark));
        requireNonNull(goneState).update(List.of(goneUpTo));
        requireNonNull(settingsState).update(List.of(settings.show()));
    }

    @Override
    public void open() throws Exception {
        super.open();
        opened = new Opened(
                getPartitionedState(new ValueStateDescriptor<>("sessions", KeptSessions.Serializer.INSTANCE)),
                getInternalTimerService("sessions", VoidNamespaceSerializer.INSTANCE, this),
                new ClocksPace(getProcessingTimeService(), byMillis -> {
                    if (watermark != Long.MIN_VALUE) {
                        processWatermark(new Watermark(watermark + byMillis));
                    }
                }),
                new Tally(getRuntimeContext(), Tallies.COUNTED),
                new Tally(getRuntimeContext(), Tallies.LATE),
                new Tally(getRuntimeContext(), Tallies.MARKED));
    }

    @Override
    public void processElement(StreamRecord<KeyedView> element) throws Exception {
        Opened with = opened();
        KeptSessions kept = kept(with);
        long time = element.getValue().view().timeMillis();
        KeptSessions.Effect effect = kept.add(element.getValue().view(), settings.gapMillis(), goneUpTo);
        with.counted.add(1);
        switch (effect) {
            case OPEN -> {}
            case REVISED -> with.late.add(1);
            case PARTIAL -> with.marked.add(1);
        }
        if (time <= watermark) {
            // Perhaps of a session that is closed: then no event time tells when to write it.
            with.timers.registerProcessingTimeTimer(
                    VoidNamespace.INSTANCE, nextRevision(with.timers.currentProcessingTime()));
        }
        // Of the session that it is in, which ends then or later, nothing is due before; of the others the timer knows.
        keep(with, kept, KeptSessions.due(time, closedBy(), settings.gapMillis(), latenessMillis));
    }

    @Override
    public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
        Opened with = opened();
        KeptSessions kept = kept(with);
        kept.clearTimer();
        write(kept);
        kept.drop(before(watermark, settings.gapMillis() + latenessMillis));
        if (kept.isEmpty()) {
            with.kept.clear();
        } else {
            keep(with, kept, kept.next(closedBy(), settings.gapMillis(), latenessMillis));
        }
    }

    @Override
    public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
        revise();
    }

    /** What is written before a checkpoint need not be written again by a job that starts at the committed offsets. */
    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        opened().timers.forEachProcessingTimeTimer((namespace, at) -> revise());
    }

    private void revise() throws Exception {
        Opened with = opened();
        KeptSessions kept = with.kept.value();
        if (kept != null) {
            write(kept);
            with.kept.update(kept);
        }
    }

    /** Writes or marks the sessions that are closed and have changed since. */
    private void write(KeptSessions kept) {
        String key = (String) getCurrentKey();
        String host = KeyedView.host(key);
        String visitor = KeyedView.visitor(key);
        kept.write(closedBy(), session -> {
            if (session.partial()) {
                output.collect(
                        SessionJob.MARKS,
                        new StreamRecord<>(new SessionMark(
                                host,
                                visitor,
                                session.span().startMillis(),
                                session.span().endMillis())));
            } else {
                output.collect(new StreamRecord<>(new VisitorSession(host, visitor, session.span())));
            }
        });
    }

    private static KeptSessions kept(Opened with) throws Exception {
        KeptSessions kept = with.kept.value();
        return kept == null ? new KeptSessions() : kept;
    }

    /** One timer a key is enough, at what is due first: when it fires, the next is registered. */
    private void keep(Opened with, KeptSessions kept, long due) throws Exception {
        if (due < kept.timer()) {
            with.timers.registerEventTimeTimer(VoidNamespace.INSTANCE, due);
            kept.setTimer(due);
        }
        with.kept.update(kept);
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (mark.getTimestamp() > watermark) {
            watermark = mark.getTimestamp();
            goneUpTo = Math.max(goneUpTo, before(watermark, settings.gapMillis() + latenessMillis));
            super.processWatermark(mark);
        }
    }

    /** Not handed on: this operator's own event time never rests, and Flink drops the watermarks of one that does. */
    @Override
    public void processWatermarkStatus(WatermarkStatus status) {
        opened().pace.status(status);
    }

    /** Sessions that have ended by then are closed. */
    private long closedBy() {
        return before(watermark, settings.gapMillis());
    }

    private static long before(long mark, long millis) {
        return mark < Long.MIN_VALUE + millis ? Long.MIN_VALUE : mark - millis;
    }

    /** Revisions are gathered for a moment; the rounding makes all of them fall on one timer. */
    private static long nextRevision(long now) {
        return (now / REVISION_MILLIS + 1) * REVISION_MILLIS;
    }

    private Opened opened() {
        return requireNonNull(opened, "not open");
    }
}
