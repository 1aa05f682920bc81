package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.store.Corrections;
import io.tidemark.store.WindowProgress;
import io.tidemark.stream.KafkaWatch;
import io.tidemark.stream.OneTimer;
import io.tidemark.stream.WaitingGauge;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Marks windows that miss hits, and has them recomputed from {@code processed_events}. The marks are kept in Postgres
 * before a checkpoint completes, so that none is lost.
 *
 * <p>Since the watermarks of all {@link io.tidemark.stream.WriteBatches} meet here, it also stores how far the tables are.
 */
final class CorrectWindows extends AbstractStreamOperator<Void> implements OneInputStreamOperator<LateHits, Void> {
    private static final long serialVersionUID = 1L;
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final int MAX_PENDING = 10_000;

    private final AggregateConfig settings;

    private transient @Nullable Corrections corrections;
    private transient @Nullable WindowProgress progress;
    private transient @Nullable KafkaWatch watch;
    private transient @Nullable OneTimer timer;
    private transient Set<LateHits> pending = new HashSet<>();
    private transient long watermark;
    private transient long storedWatermark;

    CorrectWindows(AggregateConfig config) {
        this.settings = config;
    }

    @Override
    public void open() throws Exception {
        super.open();
        corrections = new Corrections(settings.store());
        watch = KafkaWatch.start(settings.kafka(), getMetricGroup());
        progress = new WindowProgress(settings.store());
        WaitingGauge.register(getMetricGroup(), corrections.waiting(), progress.waiting());
        if (!settings.bounded()) {
            progress.reopen();
        }
        pending = new HashSet<>();
        watermark = Long.MIN_VALUE;
        storedWatermark = Long.MIN_VALUE;
        timer = new OneTimer(getProcessingTimeService());
        scheduleStep();
    }

    @Override
    public void processElement(StreamRecord<LateHits> element) {
        pending.add(element.getValue());
        if (pending.size() >= MAX_PENDING) {
            mark();
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        watermark = mark.getTimestamp();
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        mark();
    }

    @Override
    public void finish() throws Exception {
        mark();
        int recomputed = requireNonNull(corrections, "not open").recomputeMarked();
        while (recomputed > 0) {
            recomputed = corrections.recomputeMarked();
        }
        storeProgress();
        super.finish();
    }

    @Override
    public void close() throws Exception {
        if (corrections != null) {
            corrections.close();
        }
        if (progress != null) {
            progress.close();
        }
        if (watch != null) {
            watch.close();
        }
        super.close();
    }

    private void scheduleStep() {
        requireNonNull(timer).arm(STEP, now -> {
            step();
            scheduleStep();
        });
    }

    /** As much as is marked, but no longer than to the next step: the task has checkpoints to answer. */
    private void step() {
        mark();
        storeProgress();
        long end = getProcessingTimeService().getCurrentProcessingTime() + STEP.toMillis();
        boolean more = true;
        while (more && getProcessingTimeService().getCurrentProcessingTime() < end) {
            more = requireNonNull(corrections, "not open").recomputeMarked() > 0;
        }
    }

    private void mark() {
        if (!pending.isEmpty()) {
            Map<Long, Collection<Long>> startsBySize = new HashMap<>();
            for (LateHits each : pending) {
                startsBySize
                        .computeIfAbsent(each.windowSizeMillis(), none -> new HashSet<>())
                        .add(each.windowStartMillis());
            }
            requireNonNull(corrections, "not open")
                    .mark(startsBySize, settings.windows().sizeMillis());
            pending.clear();
        }
    }

    /** After the marks: a window that a stored watermark has passed is then either whole or marked. */
    private void storeProgress() {
        if (watermark > storedWatermark) {
            requireNonNull(progress, "not open")
                    .advance(watermark, settings.windows().sizeMillis());
            storedWatermark = watermark;
        }
    }
}
