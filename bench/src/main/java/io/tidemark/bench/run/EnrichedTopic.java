package io.tidemark.bench.run;

import static java.util.Objects.requireNonNull;

import io.tidemark.bench.input.Oracle;
import io.tidemark.bench.input.Oracle.HitKey;
import io.tidemark.model.CoordinatesReader;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.Hit;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What was sent on, read back: each raw record once, in its order, in the partition of the same number, with the right hits. */
final class EnrichedTopic {
    private static final Duration POLL = Duration.ofMillis(200);

    private final String bootstrap;
    private final TumblingWindows windows;
    private final CoordinatesReader coordinates = new CoordinatesReader();
    private final EnrichedEventCodec codec = new EnrichedEventCodec();
    private final Map<HitKey, Long> hits = new HashMap<>();
    private final Map<Integer, Long> nextOffsets = new HashMap<>();

    EnrichedTopic(String bootstrap, TumblingWindows windows) {
        this.bootstrap = bootstrap;
        this.windows = windows;
    }

    /** What is wrong; empty if nothing is. For one call. */
    String fault(Oracle oracle) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "max.poll.records", 5_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            consumer.partitionsFor(Topics.ENRICHED)
                    .forEach(each -> partitions.add(new TopicPartition(Topics.ENRICHED, each.partition())));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                for (ConsumerRecord<byte[], byte[]> read : consumer.poll(POLL)) {
                    String fault = take(read);
                    if (!fault.isEmpty()) {
                        return fault;
                    }
                }
            }
        } catch (InvalidEventException e) {
            return "%s has a record that is no event: %s".formatted(Topics.ENRICHED, e.getMessage());
        }
        return Tables.difference(Topics.ENRICHED, oracle.byHostAndReferrer(), hits);
    }

    private String take(ConsumerRecord<byte[], byte[]> read) throws InvalidEventException {
        Header header = requireNonNull(read.headers().lastHeader(SourceCoordinates.HEADER), SourceCoordinates.HEADER);
        SourceCoordinates source = coordinates.read(header.value());
        long expected = nextOffsets.merge(read.partition(), 1L, Long::sum) - 1;
        if (source.partition() != read.partition() || source.offset() != expected) {
            return "%s, partition %d: the record at %d is of %s"
                    .formatted(Topics.ENRICHED, read.partition(), expected, source);
        }
        Hit hit = codec.decodeHit(read.value());
        hits.merge(new HitKey(windows.startOf(hit.eventTimeMillis()), hit.host(), hit.referrer()), 1L, Long::sum);
        return "";
    }
}
