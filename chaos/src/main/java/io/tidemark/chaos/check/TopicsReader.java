package io.tidemark.chaos.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.tidemark.chaos.check.Evidence.Forwarded;
import io.tidemark.chaos.check.Evidence.Returned;
import io.tidemark.chaos.traffic.Place;
import io.tidemark.chaos.traffic.Sent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads whole topics, past every proxy. Not thread-safe. */
public final class TopicsReader implements AutoCloseable {
    private static final String REASON = "tidemark-reason";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);

    private final KafkaConsumer<byte[], byte[]> consumer;

    public TopicsReader(String bootstrap) {
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) ANSWER_WITHIN.toMillis(),
                        ConsumerConfig.METADATA_MAX_AGE_CONFIG,
                        1_000,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        5_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** The end of each partition. */
    public Map<Integer, Long> ends(String topic) {
        Map<Integer, Long> ends = new TreeMap<>();
        consumer.endOffsets(partitions(topic)).forEach((partition, end) -> ends.put(partition.partition(), end));
        return ends;
    }

    /** The raw topic: ids of the records by their place. */
    Map<Place, Long> raw(String topic) {
        Map<Place, Long> ids = new HashMap<>();
        read(topic, record -> {
            Header id = requireNonNull(record.headers().lastHeader(Sent.HEADER), "a record that nobody sent");
            ids.put(new Place(record.partition(), record.offset()), Long.valueOf(new String(id.value(), UTF_8)));
        });
        return ids;
    }

    /** The second topic, each partition in its order. */
    List<Forwarded> forwarded(String topic) {
        List<Forwarded> found = new ArrayList<>();
        read(
                topic,
                record -> found.add(new Forwarded(
                        record.partition(), SourceHeader.of(record.headers()), ForwardedEvent.of(record.value()))));
        return found;
    }

    /** The topic of rejected records. */
    List<Returned> rejected(String topic) {
        List<Returned> found = new ArrayList<>();
        read(topic, record -> {
            Header reason = record.headers().lastHeader(REASON);
            found.add(new Returned(
                    SourceHeader.of(record.headers()),
                    reason == null ? "no reason" : new String(reason.value(), UTF_8),
                    record.value() == null ? null : ByteBuffer.wrap(record.value())));
        });
        return found;
    }

    private List<TopicPartition> partitions(String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    private void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        List<TopicPartition> partitions = partitions(topic);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
        while (partitions.stream().anyMatch(each1 -> consumer.position(each1) < ends.getOrDefault(each1, 0L))) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Topic " + topic + " cannot be read to its end");
            }
            consumer.poll(POLL).forEach(each);
        }
        consumer.assign(List.of());
    }

    /** Kafka's id of a topic as the tables have it. */
    public static String uuid(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits()).toString();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
