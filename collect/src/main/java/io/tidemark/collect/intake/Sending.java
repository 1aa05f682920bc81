package io.tidemark.collect.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events to a producer, each once. Before the first one, and after a failure that leaves open which ones Kafka has, it asks the
 * topic. For the intake's thread, which runs the tasks that answers become.
 */
final class Sending {
    private static final Logger LOG = LoggerFactory.getLogger(Sending.class);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    /** Handed to the producer at once; less than the memory that it has for records. */
    private static final long OUTSTANDING_BYTES = 16L << 20;

    private final String topic;
    private final KafkaSide kafka;
    private final Executor connector;
    private final Consumer<Runnable> tasks;
    private final Outcome outcome;
    private final Deque<PendingEvent> unsent = new ArrayDeque<>();
    private @Nullable Producer<byte[], byte[]> producer;

    /** Of the producer; answers to an earlier one come too late. */
    private int generation;

    private int partitions;
    private long outstandingBytes;

    /**
     * Sends nothing until it is told to connect.
     *
     * @param connector runs what looks for Kafka, which blocks
     * @param tasks takes what is to be run by the intake's thread
     */
    Sending(String topic, KafkaSide kafka, Executor connector, Consumer<Runnable> tasks, Outcome outcome) {
        this.topic = topic;
        this.kafka = kafka;
        this.connector = connector;
        this.tasks = tasks;
        this.outcome = outcome;
    }

    /** What becomes of events; told by the intake's thread. */
    interface Outcome {
        void acknowledged(PendingEvent event);

        /** Kafka takes no record of its size. */
        void tooLarge(PendingEvent event, String why);

        /** The topic has events of these ids; those of them that were to be sent are not. */
        void found(Set<String> ids);

        /** It is open which ones Kafka has: to go on, connect again. */
        void failed();
    }

    boolean isConnected() {
        return producer != null;
    }

    void add(PendingEvent event) {
        unsent.add(event);
    }

    /**
     * Asks the topic what it has, then sends the rest by a new producer.
     *
     * @param all events that are to be in the topic in the end
     * @param fromMillis when the first that it may have were received, milliseconds since the epoch
     */
    void connect(Collection<PendingEvent> all, long fromMillis) {
        int of = ++generation;
        Producer<byte[], byte[]> former = producer;
        producer = null;
        outstandingBytes = 0;
        unsent.clear();
        unsent.addAll(all);
        connector.execute(() -> {
            if (former != null) {
                former.close(Duration.ofSeconds(1));
            }
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    KafkaSide.Tail tail = kafka.tail(fromMillis);
                    Producer<byte[], byte[]> fresh = kafka.producer();
                    tasks.accept(() -> connected(of, tail, fresh));
                    return;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                    LOG.warn("Kafka does not answer yet: {}", e.toString());
                    pause();
                }
            }
        });
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE_AFTER_FAILURE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void connected(int of, KafkaSide.Tail tail, Producer<byte[], byte[]> fresh) {
        if (of != generation) {
            fresh.close(Duration.ZERO);
            return;
        }
        partitions = tail.partitions();
        producer = fresh;
        unsent.removeIf(each -> tail.ids().contains(each.event.id()));
        outcome.found(tail.ids());
    }

    /** Sends what is to be sent, as far as the producer has room. */
    void send() {
        Producer<byte[], byte[]> target = producer;
        int of = generation;
        while (target != null && !unsent.isEmpty() && outstandingBytes < OUTSTANDING_BYTES && of == generation) {
            PendingEvent next = unsent.remove();
            outstandingBytes += next.event.size();
            try {
                Future<RecordMetadata> sent = target.send(
                        record(next.event),
                        (metadata, failure) -> tasks.accept(() -> {
                            if (of == generation) {
                                answered(next, failure);
                            }
                        }));
                if (sent.isDone()) {
                    // It has waited in vain for metadata or memory, and so would the next one: others have their turn.
                    return;
                }
            } catch (KafkaException | IllegalStateException e) {
                answered(next, e);
            }
        }
    }

    private ProducerRecord<byte[], byte[]> record(NewEvent event) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                topic, EventIds.partition(event.id(), partitions), event.receivedAtMillis(), null, event.value());
        record.headers().add(new RecordHeader(EventIds.HEADER, event.id().getBytes(UTF_8)));
        return record;
    }

    private void answered(PendingEvent answered, @Nullable Exception failure) {
        outstandingBytes -= answered.event.size();
        if (failure == null) {
            outcome.acknowledged(answered);
        } else if (failure instanceof RecordTooLargeException) {
            outcome.tooLarge(answered, String.valueOf(failure.getMessage()));
        } else if (failure instanceof TimeoutException) {
            // It never left: a producer of this kind gives up only what waits for metadata or memory.
            unsent.addFirst(answered);
        } else {
            LOG.warn("Kafka failed over an event; asking the topic which ones it has: {}", failure.toString());
            outcome.failed();
        }
    }

    void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(5));
        }
    }
}
