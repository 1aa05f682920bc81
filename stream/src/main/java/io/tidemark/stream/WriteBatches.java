package io.tidemark.stream;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes results: when enough rows are pending, after the flush interval, before a checkpoint and at the end.
 *
 * <p>It emits no records. Its watermark follows what is written: everything that was due by it is in the tables.
 *
 * @param <T> what is written
 * @param <R> the type of what stands beside its watermarks
 */
public final class WriteBatches<T, R> extends AbstractStreamOperator<R> implements OneInputStreamOperator<T, R> {
    private static final long serialVersionUID = 1L;
    private static final int MAX_PENDING_ROWS = 50_000;

    private final Duration flushInterval;
    private final Destination.Opener<T> opener;

    private transient @Nullable Destination<T> destination;
    private transient @Nullable OneTimer flushTimer;
    private transient List<T> pending = new ArrayList<>();
    private transient int pendingRows;
    private transient @Nullable Watermark afterPending;
    private transient long lastFlushMillis;

    /** @param flushInterval the longest that a result waits before it is written */
    public WriteBatches(Duration flushInterval, Destination.Opener<T> opener) {
        this.flushInterval = flushInterval;
        this.opener = opener;
    }

    @Override
    public void open() throws Exception {
        super.open();
        destination = opener.open();
        WaitingGauge.register(getMetricGroup(), destination.waiting());
        flushTimer = new OneTimer(getProcessingTimeService());
        pending = new ArrayList<>();
    }

    @Override
    public void processElement(StreamRecord<T> element) throws Exception {
        pending.add(element.getValue());
        pendingRows += requireNonNull(destination, "not open").rows(element.getValue());
        if (pendingRows >= MAX_PENDING_ROWS) {
            flush();
        } else {
            requireNonNull(flushTimer).arm(flushInterval, now -> flush());
        }
    }

    /**
     * By now all rows that the watermark makes due are here, so that nothing is gained by waiting; unless the
     * watermark runs through much, of which the rows are better written together.
     */
    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (!pending.isEmpty() && sinceLastFlush() >= flushInterval.toMillis()) {
            flush();
        }
        if (pending.isEmpty()) {
            super.processWatermark(mark);
        } else {
            afterPending = mark;
        }
    }

    private long sinceLastFlush() {
        return getProcessingTimeService().getCurrentProcessingTime() - lastFlushMillis;
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        flush();
    }

    @Override
    public void finish() throws Exception {
        flush();
        super.finish();
    }

    @Override
    public void close() throws Exception {
        if (destination != null) {
            destination.close();
        }
        super.close();
    }

    private void flush() throws Exception {
        requireNonNull(flushTimer).disarm();
        if (pending.isEmpty()) {
            return;
        }
        requireNonNull(destination, "not open").write(pending);
        pending.clear();
        pendingRows = 0;
        lastFlushMillis = getProcessingTimeService().getCurrentProcessingTime();
        Watermark reached = afterPending;
        if (reached != null) {
            afterPending = null;
            super.processWatermark(reached);
        }
    }
}
