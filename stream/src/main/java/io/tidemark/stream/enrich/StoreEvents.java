package io.tidemark.stream.enrich;

import static java.util.Objects.requireNonNull;

import io.tidemark.store.EventWriter;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.OneTimer;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.Tally;
import java.time.Duration;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes events to {@code processed_events}: when enough are pending, after the flush interval, before a checkpoint and
 * at the end. It has no state: what is stored is told by the ledger, in the same transaction.
 */
final class StoreEvents extends AbstractStreamOperator<Void> implements OneInputStreamOperator<Enriched, Void> {
    private static final long serialVersionUID = 1L;

    private final StoreConfig store;
    private final Duration flushInterval;

    private transient @Nullable EventWriter writer;
    private transient @Nullable OneTimer flushTimer;
    private transient @Nullable Tally stored;
    private transient @Nullable Tally skipped;

    StoreEvents(StoreConfig store, Duration flushInterval) {
        this.store = store;
        this.flushInterval = flushInterval;
    }

    @Override
    public void open() throws Exception {
        super.open();
        writer = new EventWriter(store);
        flushTimer = new OneTimer(getProcessingTimeService());
        stored = new Tally(getRuntimeContext(), Tallies.STORED);
        skipped = new Tally(getRuntimeContext(), Tallies.SKIPPED);
    }

    @Override
    public void processElement(StreamRecord<Enriched> element) {
        EventWriter open = requireNonNull(writer, "not open");
        Enriched enriched = element.getValue();
        if (!open.add(enriched.event(), enriched.source())) {
            requireNonNull(skipped).add(1);
        } else if (open.isFull()) {
            flush();
        } else {
            requireNonNull(flushTimer).arm(flushInterval, now -> flush());
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
        EventWriter open = requireNonNull(writer, "not open");
        requireNonNull(flushTimer).disarm();
        if (open.hasPending()) {
            requireNonNull(stored).add(open.flush());
        }
    }
}
