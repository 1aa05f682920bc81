package io.tidemark.stream.time;

import io.tidemark.stream.KafkaSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka in a thread of its own, by a consumer without a group, so that a Kafka that does not answer holds nobody up.
 * The consumer lives through outages, and connects again by itself.
 */
public final class KafkaBacklog implements Backlog {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaBacklog.class);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final String FETCH_BYTES = Integer.toString(64 * 1024);

    private final Properties settings;
    private final String topic;
    private final ExecutorService thread;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;

    public KafkaBacklog(KafkaSettings kafka, String topic) {
        this.settings = kafka.toProperties();
        this.topic = topic;
        String millis = Long.toString(ANSWER_WITHIN.toMillis());
        settings.setProperty(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
        settings.setProperty(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
        settings.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1");
        settings.setProperty(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        settings.setProperty(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        this.thread = Executors.newSingleThreadExecutor(work -> {
            Thread asking = new Thread(work, "backlog of " + topic);
            asking.setDaemon(true);
            return asking;
        });
    }

    @Override
    public CompletableFuture<Set<Integer>> drained(Map<Integer, Long> positions) {
        Map<TopicPartition, Long> next = new HashMap<>();
        positions.forEach((partition, offset) -> next.put(new TopicPartition(topic, partition), offset));
        return CompletableFuture.supplyAsync(() -> ask(next), thread);
    }

    private Set<Integer> ask(Map<TopicPartition, Long> next) {
        try {
            Consumer<byte[], byte[]> asking = consumer();
            if (next.isEmpty()) {
                requireAnswer(asking);
                return Set.of();
            }
            Map<TopicPartition, Long> ends = asking.endOffsets(next.keySet());
            Map<TopicPartition, Long> begins = asking.beginningOffsets(next.keySet());
            Set<Integer> drained = new HashSet<>();
            Map<TopicPartition, Long> unsure = new HashMap<>();
            next.forEach((partition, position) -> {
                long from = Math.max(position, begins.getOrDefault(partition, 0L));
                if (from >= ends.getOrDefault(partition, Long.MAX_VALUE)) {
                    drained.add(partition.partition());
                } else {
                    unsure.put(partition, from);
                }
            });
            if (!unsure.isEmpty()) {
                drained.addAll(withoutRecord(asking, unsure, ends));
            }
            return drained;
        } catch (RuntimeException e) {
            LOG.debug("Kafka does not tell what {} holds", topic, e);
            throw e;
        }
    }

    /** By a question about offsets, since which partitions there are is known without asking again. */
    private void requireAnswer(Consumer<byte[], byte[]> asking) {
        for (PartitionInfo partition : asking.partitionsFor(topic)) {
            asking.endOffsets(List.of(new TopicPartition(topic, partition.partition())));
            return;
        }
        throw new IllegalStateException("Kafka knows no partition of " + topic);
    }

    /** Of partitions with offsets up to their end, those where these are empty: markers of transactions, or compacted. */
    private static Set<Integer> withoutRecord(
            Consumer<byte[], byte[]> asking, Map<TopicPartition, Long> from, Map<TopicPartition, Long> ends) {
        asking.assign(from.keySet());
        from.forEach(asking::seek);
        Set<TopicPartition> unsure = new HashSet<>(from.keySet());
        Set<Integer> without = new HashSet<>();
        long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
        while (!unsure.isEmpty() && System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> found : asking.poll(POLL)) {
                unsure.remove(new TopicPartition(found.topic(), found.partition()));
            }
            unsure.removeIf(partition -> {
                boolean passed = asking.position(partition) >= ends.getOrDefault(partition, Long.MAX_VALUE);
                if (passed) {
                    without.add(partition.partition());
                }
                return passed;
            });
            asking.pause(from.keySet().stream().filter(p -> !unsure.contains(p)).toList());
        }
        asking.assign(List.of());
        return without;
    }

    private Consumer<byte[], byte[]> consumer() {
        Consumer<byte[], byte[]> existing = consumer;
        if (existing == null) {
            existing = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            consumer = existing;
        }
        return existing;
    }

    @Override
    public void close() {
        thread.execute(this::disconnect);
        thread.shutdown();
        Consumer<byte[], byte[]> existing = consumer;
        if (existing != null) {
            existing.wakeup();
        }
        try {
            if (!thread.awaitTermination(2 * ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("The thread that asks Kafka about {} has not ended yet", topic);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void disconnect() {
        Consumer<byte[], byte[]> existing = consumer;
        if (existing == null) {
            return;
        }
        try {
            existing.close(CloseOptions.timeout(Duration.ZERO));
        } catch (RuntimeException e) {
            LOG.debug("Cannot close the consumer that asks about {}", topic, e);
        }
    }
}
