package io.tidemark.collect.traffic;

import static java.util.Objects.requireNonNull;

import io.tidemark.collect.Acknowledged;
import io.tidemark.collect.SendFailedException;
import io.tidemark.collect.Ticker;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;

/**
 * Sends a fixed number of records a second by a schedule that does not bend: record {@code n} is due at
 * {@code start + n / rate}, and one that is late is sent at once, so that a slow Kafka does not lower the rate.
 * {@link #sent} and {@link #stop} may be called by any thread; {@link #run} once.
 */
public final class PacedSender {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long MAX_WAIT_NANOS = NANOS_PER_SECOND / 10;

    private final Acknowledged sender;
    private final Supplier<byte[]> records;
    private final int recordsPerSecond;
    private final Ticker ticker;
    private volatile boolean stopped;

    /**
     * Prepares a sender.
     *
     * @param producer stays open afterwards
     * @param records asked for each record when it is sent, so that its time is fresh
     */
    public PacedSender(
            Producer<byte[], byte[]> producer,
            String topic,
            Supplier<byte[]> records,
            int recordsPerSecond,
            Ticker ticker) {
        this.sender = new Acknowledged(producer, topic);
        this.records = requireNonNull(records, "records is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
        if (recordsPerSecond < 1) {
            throw new IllegalArgumentException("rate must be at least 1 event a second; was " + recordsPerSecond);
        }
        this.recordsPerSecond = recordsPerSecond;
    }

    /**
     * Sends until stopped, then waits for the acknowledgement of all that was sent.
     *
     * @return how many were acknowledged
     * @throws SendFailedException if Kafka did not take a record
     */
    public long run() throws SendFailedException, InterruptedException {
        long start = ticker.nanos();
        for (long n = 0; !stopped; ) {
            long wait = dueNanos(n) - (ticker.nanos() - start);
            if (wait > 0) {
                ticker.await(Duration.ofNanos(Math.min(wait, MAX_WAIT_NANOS)));
            } else {
                sender.send(records.get(), () -> "generated traffic");
                n++;
            }
        }
        sender.flush();
        return sender.count();
    }

    /** Ends {@link #run} soon. */
    public void stop() {
        stopped = true;
    }

    /** Records that Kafka has acknowledged. */
    public long sent() {
        return sender.count();
    }

    private long dueNanos(long n) {
        return n / recordsPerSecond * NANOS_PER_SECOND + n % recordsPerSecond * NANOS_PER_SECOND / recordsPerSecond;
    }
}
