package io.tidemark.collect.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.tidemark.collect.RawProducer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A topic of a real Kafka. */
final class KafkaTopic implements KafkaSide {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final Duration POLL = Duration.ofMillis(500);

    private final Map<String, String> clientProperties;
    private final String topic;

    /**
     * Opens nothing yet.
     *
     * @param clientProperties of every client of Kafka, at least {@code bootstrap.servers}
     */
    KafkaTopic(Map<String, String> clientProperties, String topic) {
        this.clientProperties = Map.copyOf(clientProperties);
        this.topic = requireNonNull(topic, "topic is null");
    }

    @Override
    public Producer<byte[], byte[]> producer() {
        Map<String, Object> settings = new HashMap<>(clientProperties);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 2);
        // The record's fate is to be known: an event that waits is in a spool, or its sender was told to try again.
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 100);
        return RawProducer.open(settings);
    }

    @Override
    public Tail tail(long fromMillis) {
        Map<String, Object> settings = new HashMap<>(clientProperties);
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(each -> new TopicPartition(topic, each.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new TimeoutException("There is no topic " + topic);
            }
            return new Tail(partitions.size(), ids(consumer, partitions, fromMillis));
        }
    }

    private static Set<String> ids(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, long fromMillis) {
        // Asked first: what comes later than that is not of those who came before.
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(each -> times.put(each, Math.max(0, fromMillis)));
        Map<TopicPartition, Long> starts = new TreeMap<>((a, b) -> Integer.compare(a.partition(), b.partition()));
        for (Map.Entry<TopicPartition, OffsetAndTimestamp> each :
                consumer.offsetsForTimes(times).entrySet()) {
            if (each.getValue() != null && each.getValue().offset() < ends.getOrDefault(each.getKey(), 0L)) {
                starts.put(each.getKey(), each.getValue().offset());
            }
        }
        consumer.assign(starts.keySet());
        starts.forEach(consumer::seek);
        Set<String> ids = new HashSet<>();
        Set<TopicPartition> left = new HashSet<>(starts.keySet());
        long lastProgress = System.nanoTime();
        while (!left.isEmpty()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                Header id = record.headers().lastHeader(EventIds.HEADER);
                if (id != null && id.value() != null) {
                    ids.add(new String(id.value(), UTF_8));
                }
            }
            if (left.removeIf(each -> consumer.position(each) >= ends.getOrDefault(each, 0L))) {
                lastProgress = System.nanoTime();
                consumer.pause(consumer.assignment().stream()
                        .filter(each -> !left.contains(each))
                        .toList());
            } else if (System.nanoTime() - lastProgress > 1_000_000L * 6 * PATIENCE_MILLIS) {
                throw new TimeoutException("The end of " + left + " was not reached");
            }
        }
        return ids;
    }
}
