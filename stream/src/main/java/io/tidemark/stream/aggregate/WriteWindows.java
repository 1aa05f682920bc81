package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.WindowCounts;
import io.tidemark.store.WindowWriter;
import io.tidemark.stream.OneTimer;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes the counts of windows: when enough rows are pending, after the flush interval, before a checkpoint and at the
 * end. Both tables in one transaction, so that their sums agree for every reader.
 */
final class WriteWindows extends AbstractStreamOperator<Void> implements OneInputStreamOperator<WindowCounts, Void> {
    private static final long serialVersionUID = 1L;
    private static final int MAX_PENDING_ROWS = 50_000;

    private final AggregateConfig settings;

    private transient @Nullable WindowWriter writer;
    private transient @Nullable OneTimer flushTimer;
    private transient List<WindowCounts> pending = new ArrayList<>();
    private transient int pendingRows;

    WriteWindows(AggregateConfig config) {
        this.settings = config;
    }

    @Override
    public void open() throws Exception {
        super.open();
        writer = new WindowWriter(settings.store());
        flushTimer = new OneTimer(getProcessingTimeService());
        pending = new ArrayList<>();
    }

    @Override
    public void processElement(StreamRecord<WindowCounts> element) {
        pending.add(element.getValue());
        pendingRows += 1 + element.getValue().hitsByReferrer().size();
        if (pendingRows >= MAX_PENDING_ROWS) {
            flush();
        } else {
            requireNonNull(flushTimer).arm(settings.flushInterval(), now -> flush());
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        flush();
    }

    @Override
    public void finish() throws Exception {
        flush();
        super.finish();
    }

    @Override
    public void close() throws Exception {
        if (writer != null) {
            writer.close();
        }
        super.close();
    }

    private void flush() {
        requireNonNull(flushTimer).disarm();
        if (!pending.isEmpty()) {
            requireNonNull(writer, "not open").write(pending, settings.windows().sizeMillis());
            pending.clear();
            pendingRows = 0;
        }
    }
}
