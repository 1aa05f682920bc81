package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.stream.OneTimer;
import io.tidemark.stream.WaitingGauge;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes the counts of windows: when enough rows are pending, after the flush interval, before a checkpoint and at the
 * end.
 *
 * <p>It emits no records. Its watermark follows what is written: every window that ends before it is in the tables.
 *
 * @param <T> what is written
 */
final class WriteWindows<T> extends AbstractStreamOperator<LateHits> implements OneInputStreamOperator<T, LateHits> {
    private static final long serialVersionUID = 1L;
    private static final int MAX_PENDING_ROWS = 50_000;

    private final AggregateConfig settings;
    private final Destination.Opener<T> opener;

    private transient @Nullable Destination<T> destination;
    private transient @Nullable OneTimer flushTimer;
    private transient List<T> pending = new ArrayList<>();
    private transient int pendingRows;
    private transient @Nullable Watermark afterPending;
    private transient long lastFlushMillis;

    WriteWindows(AggregateConfig config, Destination.Opener<T> opener) {
        this.settings = config;
        this.opener = opener;
    }

    @Override
    public void open() throws Exception {
        super.open();
        destination = opener.open(settings);
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
            requireNonNull(flushTimer).arm(settings.flushInterval(), now -> flush());
        }
    }

    /**
     * By now all rows of the windows that the watermark closes are here, so that nothing is gained by waiting; unless the
     * watermark runs through many windows, whose rows are better written together.
     */
    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (!pending.isEmpty() && sinceLastFlush() >= settings.flushInterval().toMillis()) {
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
