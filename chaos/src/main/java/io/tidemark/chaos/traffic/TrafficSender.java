package io.tidemark.chaos.traffic;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends a maker's records at an even pace until it is ended, whatever the broker does meanwhile. */
public final class TrafficSender implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(20);
    private static final Duration LAST_ANSWERS = Duration.ofMinutes(2);

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final EventMaker maker;
    private final Clock clock;
    private final Map<Long, Sent> sent = new ConcurrentHashMap<>();
    private final Map<Long, Place> acknowledged = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final AtomicLong perSecond = new AtomicLong();
    private final Thread thread = new Thread(this::send, "traffic");
    private volatile boolean ended;

    private TrafficSender(String bootstrap, String topic, EventMaker maker, Clock clock) {
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.LINGER_MS_CONFIG,
                        5,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        10_000,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        600_000,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        300_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.topic = topic;
        this.maker = maker;
        this.clock = clock;
    }

    /** Starts to send so many records a second. */
    public static TrafficSender start(String bootstrap, String topic, EventMaker maker, Clock clock, long perSecond) {
        TrafficSender sender = new TrafficSender(bootstrap, topic, maker, clock);
        sender.pace(perSecond);
        sender.thread.setDaemon(true);
        sender.thread.start();
        return sender;
    }

    /** Changes the pace. */
    public void pace(long recordsPerSecond) {
        perSecond.set(recordsPerSecond);
    }

    /** Everything handed to the producer, by its id. */
    public Map<Long, Sent> sent() {
        return Map.copyOf(sent);
    }

    /** Where records came to stand, by their ids, as the broker said. */
    public Map<Long, Place> acknowledged() {
        return Map.copyOf(acknowledged);
    }

    /**
     * Stops sending, and waits for the broker's last answers.
     *
     * @throws IllegalStateException if a record could not be sent
     */
    public void end() throws InterruptedException {
        ended = true;
        thread.join(LAST_ANSWERS.toMillis());
        producer.close(LAST_ANSWERS);
        Exception failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("The input could not be sent: " + failed, failed);
        }
    }

    private void send() {
        try {
            double due = 0;
            while (!ended) {
                due += perSecond.get() * TICK.toMillis() / 1000.0;
                for (; due >= 1; due--) {
                    send(maker.next(clock.millis()));
                }
                TimeUnit.NANOSECONDS.sleep(TICK.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void send(Sent record) {
        sent.put(record.id(), record);
        byte[] id = Long.toString(record.id()).getBytes(US_ASCII);
        var unused = producer.send(
                new ProducerRecord<>(
                        topic,
                        record.partition(),
                        null,
                        null,
                        record.bytes(),
                        List.of(new RecordHeader(Sent.HEADER, id))),
                (taken, failed) -> {
                    if (failed != null) {
                        failure.compareAndSet(null, failed);
                    } else if (taken.hasOffset()) {
                        acknowledged.put(record.id(), new Place(taken.partition(), taken.offset()));
                    }
                });
    }

    @Override
    public void close() {
        ended = true;
        producer.close(Duration.ZERO);
    }
}
