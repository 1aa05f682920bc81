package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.SourceCoordinates;
import io.tidemark.store.Corrections;
import io.tidemark.stream.OneTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Marks windows that miss hits, and has those recomputed from {@code processed_events} whose hits are stored by now. The
 * marks are kept in Postgres before a checkpoint completes, so that none is lost.
 */
final class CorrectWindows extends AbstractStreamOperator<Void> implements OneInputStreamOperator<LateHits, Void> {
    private static final long serialVersionUID = 1L;
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final int MAX_PENDING = 10_000;

    private final AggregateConfig settings;

    private transient @Nullable Corrections corrections;
    private transient @Nullable OneTimer timer;
    private transient Map<Key, SourceCoordinates> pending = new HashMap<>();

    CorrectWindows(AggregateConfig config) {
        this.settings = config;
    }

    @Override
    public void open() throws Exception {
        super.open();
        // A bounded job runs when all is stored.
        corrections = new Corrections(settings.store(), settings.bounded() ? Duration.ZERO : Corrections.SETTLE);
        pending = new HashMap<>();
        timer = new OneTimer(getProcessingTimeService());
        scheduleStep();
    }

    @Override
    public void processElement(StreamRecord<LateHits> element) {
        SourceCoordinates last = element.getValue().last();
        Key key = new Key(
                element.getValue().windowStartMillis(), last.topicIdHigh(), last.topicIdLow(), last.partition());
        pending.merge(key, last, (a, b) -> a.offset() >= b.offset() ? a : b);
        if (pending.size() >= MAX_PENDING) {
            mark();
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        mark();
    }

    @Override
    public void finish() throws Exception {
        mark();
        int recomputed = requireNonNull(corrections, "not open").recomputeDue();
        while (recomputed > 0) {
            recomputed = corrections.recomputeDue();
        }
        super.finish();
    }

    @Override
    public void close() throws Exception {
        if (corrections != null) {
            corrections.close();
        }
        super.close();
    }

    private void scheduleStep() {
        requireNonNull(timer).arm(STEP, now -> {
            step();
            scheduleStep();
        });
    }

    /** As much as is due, but no longer than to the next step: the task has checkpoints to answer. */
    private void step() {
        mark();
        long end = getProcessingTimeService().getCurrentProcessingTime() + STEP.toMillis();
        boolean more = true;
        while (more && getProcessingTimeService().getCurrentProcessingTime() < end) {
            more = requireNonNull(corrections, "not open").recomputeDue() > 0;
        }
    }

    private void mark() {
        if (pending.isEmpty()) {
            return;
        }
        List<Corrections.Mark> marks = new ArrayList<>(pending.size());
        pending.forEach((key, last) -> marks.add(new Corrections.Mark(key.windowStartMillis, last)));
        requireNonNull(corrections, "not open").mark(marks, settings.windows().sizeMillis());
        pending.clear();
    }

    private record Key(long windowStartMillis, long topicIdHigh, long topicIdLow, int partition) {}
}
