package io.tidemark.stream.session;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.SessionMark;
import io.tidemark.store.SessionCorrections;
import io.tidemark.store.SessionProgress;
import io.tidemark.stream.KafkaWatch;
import io.tidemark.stream.OneTimer;
import io.tidemark.stream.WaitingGauge;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Marks sessions that the state does not know whole, and has them recomputed from {@code processed_events}. The marks are kept
 * in Postgres before a checkpoint completes, so that none is lost.
 *
 * <p>Since all watermarks meet here, behind what is written, it also stores how far the sessions are.
 */
final class CorrectSessions extends AbstractStreamOperator<Void> implements OneInputStreamOperator<SessionMark, Void> {
    private static final long serialVersionUID = 1L;
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final int MAX_PENDING = 10_000;

    private final SessionConfig settings;

    private transient @Nullable SessionCorrections corrections;
    private transient @Nullable SessionProgress progress;
    private transient @Nullable KafkaWatch watch;
    private transient @Nullable OneTimer timer;
    private transient Set<SessionMark> pending = new HashSet<>();
    private transient long watermark;
    private transient long storedWatermark;

    CorrectSessions(SessionConfig config) {
        this.settings = config;
    }

    @Override
    public void open() throws Exception {
        super.open();
        corrections = new SessionCorrections(settings.store(), settings.sessions());
        watch = KafkaWatch.start(settings.kafka(), getMetricGroup());
        progress = new SessionProgress(settings.store(), settings.sessions());
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
    public void processElement(StreamRecord<SessionMark> element) {
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
            requireNonNull(corrections, "not open").mark(pending);
            pending.clear();
        }
    }

    /** After the marks: a session that a stored watermark has closed is then either written or marked. */
    private void storeProgress() {
        if (watermark > storedWatermark) {
            requireNonNull(progress, "not open").advance(watermark);
            storedWatermark = watermark;
        }
    }
}
