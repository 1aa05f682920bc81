package io.tidemark.bench.latency;

import io.tidemark.model.Topics;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sends events by a schedule, and waits for nothing but their time: not for Kafka's answers, nor for whatever reads them. An
 * event that is sent late, because the one before held it up, keeps the time at which it was due. Partitions take turns.
 */
final class Generator {
    private static final int DIGITS = 3;

    private final EventPool pool;
    private final Producer<byte[], byte[]> producer;
    private final int partitions;
    private final HostCounts counts;
    private final LongSupplier clock;
    private final LongConsumer sleep;
    private final AtomicReference<@Nullable Exception> refused = new AtomicReference<>();
    private volatile boolean stopped;
    private long sent;

    /** Where an event went. */
    @FunctionalInterface
    interface Sent {
        /** Kafka has taken an event that was due at that time, nanoseconds since the epoch. Comes from any thread. */
        void sent(int partition, long offset, long dueNanos);
    }

    /**
     * A generator.
     *
     * @param counts of what is sent
     * @param clock nanoseconds since the epoch
     * @param sleep for about so many nanoseconds
     */
    Generator(
            EventPool pool,
            Producer<byte[], byte[]> producer,
            int partitions,
            HostCounts counts,
            LongSupplier clock,
            LongConsumer sleep) {
        this.pool = pool;
        this.producer = producer;
        this.partitions = partitions;
        this.counts = counts;
        this.clock = clock;
        this.sleep = sleep;
    }

    static Generator inRealTime(
            EventPool pool, Producer<byte[], byte[]> producer, int partitions, HostCounts counts, LongSupplier clock) {
        return new Generator(pool, producer, partitions, counts, clock, LockSupport::parkNanos);
    }

    /**
     * Sends that many events, and returns when Kafka has answered for all of them.
     *
     * @param measured of events that are due in it the slip is recorded
     * @return the slip: by how much each was handed to the producer later than it was due, in microseconds
     * @throws IllegalStateException if Kafka refused one
     */
    Histogram run(Schedule schedule, long events, Load.Span measured, Sent taken, HostCounts.Closed closed) {
        Histogram slipMicros = new Histogram(DIGITS);
        stopped = false;
        for (long number = 0; number < events && !stopped; number++) {
            long due = schedule.dueNanos(number);
            long now = clock.getAsLong();
            while (now < due) {
                sleep.accept(due - now);
                now = clock.getAsLong();
            }
            send(due, taken, closed);
            if (measured.holds(due)) {
                slipMicros.recordValue((now - due) / 1_000);
            }
        }
        producer.flush();
        Exception problem = refused.get();
        if (problem != null) {
            throw new IllegalStateException("Kafka refused an event: " + problem.getMessage(), problem);
        }
        return slipMicros;
    }

    private void send(long due, Sent taken, HostCounts.Closed closed) {
        long eventTimeMillis = due / 1_000_000;
        int partition = (int) (sent % partitions);
        counts.add(eventTimeMillis, pool.host(sent), closed);
        var unused = producer.send(
                new ProducerRecord<>(Topics.RAW, partition, null, pool.json(sent, eventTimeMillis)),
                (metadata, problem) -> {
                    if (problem == null) {
                        taken.sent(partition, metadata.offset(), due);
                    } else {
                        refused.compareAndSet(null, problem);
                    }
                });
        sent++;
    }

    /** Ends a run before its time. From any thread. */
    void stop() {
        stopped = true;
    }

    /** How many events all runs have sent. To be called when none is under way. */
    long sent() {
        return sent;
    }
}
