package io.tidemark.stream.enrich;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.store.Admission;
import io.tidemark.store.EventWriter;
import io.tidemark.store.Rejection;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.VisitorSalts;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.KafkaWatch;
import io.tidemark.stream.OneTimer;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.Tally;
import io.tidemark.stream.WaitingGauge;
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
 * Writes events to {@code processed_events}, and hands on only what is committed there: when enough are pending, after
 * the flush interval, before a checkpoint and at the end. So whoever reads an event downstream finds its row in Postgres.
 * What was dealt with before is handed on again, since its way downstream may have been cut off; readers know it by its
 * coordinates. The operator has no state: what is dealt with is told by the ledger, in the same transaction.
 */
final class StoreEvents extends AbstractStreamOperator<Enriched> implements OneInputStreamOperator<Outcome, Enriched> {
    private static final long serialVersionUID = 1L;

    /** Of a replay nothing is written, yet it waits for its turn. */
    private static final int MAX_WAITING = 20_000;

    private static final Duration FIRST_PURGE = Duration.ofMinutes(1);
    private static final Duration PURGE_EVERY = Duration.ofHours(1);

    private final KafkaSettings kafka;
    private final StoreConfig store;
    private final Duration flushInterval;

    private transient @Nullable KafkaWatch watch;
    private transient @Nullable EventWriter writer;
    private transient @Nullable OneTimer flushTimer;
    private transient @Nullable OneTimer purgeTimer;
    private transient @Nullable VisitorSalts salts;
    private transient @Nullable Counts counts;

    /** Read and not handed on yet, in the order of reading. */
    private transient List<Outcome> waiting = new ArrayList<>();

    /** @param kafka watched, for those who look at the job */
    StoreEvents(KafkaSettings kafka, StoreConfig store, Duration flushInterval) {
        this.kafka = kafka;
        this.store = store;
        this.flushInterval = flushInterval;
    }

    private record Counts(Tally stored, Tally skipped, Map<RejectReason, Tally> rejected) {}

    @Override
    public void open() throws Exception {
        super.open();
        writer = new EventWriter(store);
        flushTimer = new OneTimer(getProcessingTimeService());
        waiting = new ArrayList<>();
        counts = new Counts(
                new Tally(getRuntimeContext(), Tallies.STORED),
                new Tally(getRuntimeContext(), Tallies.SKIPPED),
                Tallies.rejected(getRuntimeContext()));
        WaitingGauge.register(getMetricGroup(), writer.waiting());
        if (getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0) {
            watch = KafkaWatch.start(kafka, getMetricGroup());
            salts = new VisitorSalts(store);
            OneTimer timer = new OneTimer(getProcessingTimeService());
            purgeTimer = timer;
            timer.arm(FIRST_PURGE, now -> purgeSalts());
        }
    }

    /** Here and not where they are asked for: they are to go though no event comes. */
    private void purgeSalts() {
        requireNonNull(salts).purge();
        requireNonNull(purgeTimer).arm(PURGE_EVERY, now -> purgeSalts());
    }

    @Override
    public void processElement(StreamRecord<Outcome> element) {
        EventWriter open = requireNonNull(writer, "not open");
        Outcome outcome = element.getValue();
        Admission admission = outcome.event() == null
                ? open.reject(outcome.toRejection())
                : open.add(outcome.event(), outcome.source());
        switch (admission) {
            case NEW -> {
                if (outcome.reason() != null) {
                    countRejected(outcome.reason());
                }
                waiting.add(outcome);
            }
            case STORED -> {
                requireNonNull(counts).skipped.add(1);
                if (outcome.event() == null) {
                    LOG.error("The event at {} was stored before, and is rejected now: {}", outcome.source(), outcome);
                }
                waiting.add(outcome);
            }
            // It has no row, and so nobody downstream may count it.
            case PASSED_OVER -> requireNonNull(counts).skipped.add(1);
            case REJECTED -> {
                requireNonNull(counts).skipped.add(1);
                Rejection before = open.rejectedBefore(outcome.source());
                waiting.add(Outcome.rejected(outcome.read(), before.reason(), before.message()));
            }
        }
        if (open.isFull() || waiting.size() >= MAX_WAITING) {
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
        if (watch != null) {
            watch.close();
        }
        if (writer != null) {
            writer.close();
        }
        if (salts != null) {
            salts.close();
        }
        super.close();
    }

    private void flush() {
        requireNonNull(flushTimer).disarm();
        if (waiting.isEmpty()) {
            return;
        }
        EventWriter.Flushed flushed = requireNonNull(writer, "not open").flush();
        requireNonNull(counts).stored.add(flushed.stored());
        Map<SourceCoordinates, Rejection> refused = new HashMap<>();
        flushed.refused().forEach(each -> refused.put(each.at(), each));
        for (Outcome outcome : waiting) {
            handOn(outcome, refused.isEmpty() ? null : refused.get(outcome.source()));
        }
        waiting.clear();
    }

    private void handOn(Outcome outcome, @Nullable Rejection refused) {
        if (refused != null) {
            countRejected(refused.reason());
            reject(Outcome.rejected(outcome.read(), refused.reason(), refused.message())
                    .toRejected());
        } else if (outcome.event() != null) {
            output.collect(new StreamRecord<>(new Enriched(outcome.event(), outcome.source())));
        } else {
            reject(outcome.toRejected());
        }
    }

    private void reject(Rejected rejected) {
        output.collect(EnrichJob.REJECTED, new StreamRecord<>(rejected));
    }

    private void countRejected(RejectReason reason) {
        requireNonNull(requireNonNull(counts).rejected.get(reason), reason::code)
                .add(1);
    }
}
