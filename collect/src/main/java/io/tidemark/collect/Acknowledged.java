package io.tidemark.collect;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Sends records without a key and counts what Kafka has acknowledged. The first record it did not take fails every
 * later call. The count may be read by any thread.
 */
public final class Acknowledged {
    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final AtomicLong count = new AtomicLong();
    private volatile @Nullable SendFailedException failure;

    /**
     * Prepares sending.
     *
     * @param producer stays open afterwards
     */
    public Acknowledged(Producer<byte[], byte[]> producer, String topic) {
        this.producer = requireNonNull(producer, "producer is null");
        this.topic = requireNonNull(topic, "topic is null");
    }

    /**
     * Hands a record over; returns before it is acknowledged.
     *
     * @param name of the record in an error message
     */
    public void send(byte[] value, Supplier<String> name) throws SendFailedException, InterruptedException {
        requireAllTaken();
        try {
            // The callback sees what the future holds, and without waiting.
            Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(topic, value), (metadata, exception) -> {
                if (exception == null) {
                    count.incrementAndGet();
                } else if (failure == null) {
                    failure = new SendFailedException(name.get(), topic, exception);
                }
            });
        } catch (InterruptException e) {
            throw interrupted(e);
        } catch (KafkaException | IllegalStateException e) {
            throw new SendFailedException(name.get(), topic, e);
        }
    }

    /** Waits until everything that was handed over is acknowledged. */
    public void flush() throws SendFailedException, InterruptedException {
        try {
            producer.flush();
        } catch (InterruptException e) {
            throw interrupted(e);
        }
        requireAllTaken();
    }

    /** Records acknowledged so far. */
    public long count() {
        return count.get();
    }

    private void requireAllTaken() throws SendFailedException {
        if (failure != null) {
            throw failure;
        }
    }

    private static InterruptedException interrupted(InterruptException cause) {
        // Kafka has set the thread's flag too; the exception stands for it.
        boolean unused = Thread.interrupted();
        InterruptedException interrupted = new InterruptedException("Interrupted while sending");
        interrupted.initCause(cause);
        return interrupted;
    }
}
