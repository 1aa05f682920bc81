package io.tidemark.cli.audit;

import io.tidemark.stream.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from its beginning, and on from where it was with each call. Not thread-safe. */
final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KafkaSettings kafka;
    private final String topic;
    private final UUID topicId;
    private final List<TopicPartition> partitions;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final boolean wholeTopic;

    TopicReader(KafkaSettings kafka, String topic, UUID topicId, int partitionCount) {
        this.kafka = kafka;
        this.topic = topic;
        this.topicId = topicId;
        this.partitions = java.util.stream.IntStream.range(0, partitionCount)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        this.consumer = consumer(kafka);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        this.wholeTopic = partitions.stream().allMatch(partition -> consumer.position(partition) == 0);
    }

    static KafkaConsumer<byte[], byte[]> consumer(KafkaSettings kafka) {
        Properties settings = KafkaSide.properties(kafka);
        settings.remove("group.id");
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "earliest");
        settings.put("max.partition.fetch.bytes", Integer.toString(4 * 1024 * 1024));
        settings.put("max.poll.records", "5000");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Tells a topic from one of the same name that was made later. */
    UUID topicId() {
        return topicId;
    }

    /** Whether nothing of the topic was deleted when it was first read. */
    boolean isWhole() {
        return wholeTopic;
    }

    /** Hands on every record up to what is the end now. */
    void readOn(Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long progress = System.nanoTime();
        while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
            long before = positions();
            consumer.poll(POLL).forEach(sink);
            if (positions() > before) {
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                throw new AuditException(
                        "%s gives nothing more of %s for %d s, though there is more"
                                .formatted(kafka, topic, PATIENCE.toSeconds()),
                        null);
            }
        }
    }

    private long positions() {
        return partitions.stream().mapToLong(consumer::position).sum();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
