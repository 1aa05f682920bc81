package io.tidemark.stream;

import static java.util.stream.Collectors.toMap;

import io.tidemark.model.TumblingWindows;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the offsets that a job starts at, once, when it is submitted, so that they can be shown and kept.
 *
 * <p>For the aggregate job the records' timestamps are event times, and Kafka finds the first offset at or after a
 * timestamp: every event of a window stands at or behind the offset found for the window's start. So a job can start at
 * a window's start exactly, and no half-seen window ever overwrites a whole one.
 */
public final class StartOffsetsResolver {
    private static final Logger LOG = LoggerFactory.getLogger(StartOffsetsResolver.class);

    private final KafkaSettings kafka;
    private final String topic;
    private final String groupId;

    public StartOffsetsResolver(KafkaSettings kafka, String topic, String groupId) {
        this.kafka = kafka;
        this.topic = topic;
        this.groupId = groupId;
    }

    /** Offsets for a job that has no windows. */
    public StartOffsets resolve(StartFrom from) {
        return resolve(from, topicId -> Map.of(), false);
    }

    /**
     * Offsets for a job whose results tell what they hold, by the topic's id: the first offset of each partition that they
     * do not hold. Committed offsets beyond it are of other results, and count for nothing.
     */
    public StartOffsets resolve(StartFrom from, Function<UUID, Map<Integer, Long>> held) {
        return resolve(from, held, true);
    }

    /** The highest timestamp of the topic's records, milliseconds since the epoch; {@link Long#MIN_VALUE} if it holds none. */
    public long newestTimestamp() {
        return ask(admin -> {
            Map<TopicPartition, OffsetSpec> asked =
                    partitions(admin).stream().collect(toMap(each -> each, each -> OffsetSpec.maxTimestamp()));
            return admin.listOffsets(asked).all().get().values().stream()
                    .mapToLong(ListOffsetsResultInfo::timestamp)
                    .filter(timestamp -> timestamp != ListOffsetsResponse.UNKNOWN_TIMESTAMP)
                    .max()
                    .orElse(Long.MIN_VALUE);
        });
    }

    private StartOffsets resolve(StartFrom from, Function<UUID, Map<Integer, Long>> held, boolean limited) {
        return ask(admin -> {
            List<TopicPartition> partitions = partitions(admin);
            Map<Integer, Long> earliest = offsets(admin, partitions, OffsetSpec.earliest());
            if (from instanceof StartFrom.Latest) {
                return StartOffsets.all(offsets(admin, partitions, OffsetSpec.latest()));
            } else if (from instanceof StartFrom.At at) {
                return StartOffsets.all(offsetsAt(admin, partitions, at.timestampMillis()));
            } else if (from instanceof StartFrom.Committed) {
                Map<Integer, Long> committed = committed(admin);
                if (limited) {
                    committed = within(committed, held.apply(topicId(admin)));
                }
                Map<Integer, Long> start = new HashMap<>(earliest);
                committed.forEach((partition, offset) -> start.merge(partition, offset, Math::max));
                return StartOffsets.all(start);
            }
            return StartOffsets.all(earliest);
        });
    }

    /**
     * Offsets from which every window at or after {@link StartOffsets#firstWindowStart} is seen whole.
     *
     * @param watermarkDelay how far the watermark of the job that committed stood behind its newest event
     * @param closedUpTo every window that ends at or before it is closed and written; milliseconds since the epoch,
     *     {@link Long#MAX_VALUE} if all that was there has been counted, empty if nothing has
     */
    public StartOffsets resolveAtWindow(
            StartFrom from, TumblingWindows windows, Duration watermarkDelay, OptionalLong closedUpTo) {
        return ask(admin -> {
            List<TopicPartition> partitions = partitions(admin);
            Map<Integer, Long> earliest = offsets(admin, partitions, OffsetSpec.earliest());
            if (from instanceof StartFrom.At at) {
                return atWindow(admin, partitions, at.timestampMillis(), windows);
            } else if (from instanceof StartFrom.Latest) {
                OptionalLong newest = newestTimestamp(admin, partitions);
                return newest.isPresent()
                        ? atWindow(admin, partitions, newest.getAsLong(), windows)
                        : StartOffsets.all(earliest);
            } else if (from instanceof StartFrom.Committed) {
                return closedUpTo.isPresent()
                        ? atCommitted(admin, partitions, earliest, windows, watermarkDelay, closedUpTo.getAsLong())
                        : StartOffsets.all(earliest);
            }
            return StartOffsets.all(earliest);
        });
    }

    /** Where results hold nothing of the topic, no offset; of a partition without records they cannot tell anything. */
    private static Map<Integer, Long> within(Map<Integer, Long> committed, Map<Integer, Long> held) {
        if (held.isEmpty()) {
            return Map.of();
        }
        Map<Integer, Long> lower = new HashMap<>(committed);
        lower.replaceAll((partition, offset) -> Math.min(offset, held.getOrDefault(partition, offset)));
        return lower;
    }

    private UUID topicId(Admin admin) throws ExecutionException, InterruptedException {
        Uuid id = TopicRecordSchema.describe(admin, topic).topicId();
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /** Lets the group stand at these offsets. */
    public void commit(StartOffsets offsets) {
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        offsets.byPartition()
                .forEach((partition, offset) ->
                        positions.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset)));
        StartOffsets committed = ask(admin -> {
            admin.alterConsumerGroupOffsets(groupId, positions).all().get();
            return offsets;
        });
        LOG.info("Group {} stands at {}", groupId, committed);
    }

    /**
     * Windows that were still open when the offsets were committed have to be counted again from their start. The
     * watermark then was hardly below the lowest timestamp at a committed position, less the delay; but it was while it
     * was held back by a partition that is empty, or of which nothing was known yet. Then the tables' progress tells.
     */
    private StartOffsets atCommitted(
            Admin admin,
            List<TopicPartition> partitions,
            Map<Integer, Long> earliest,
            TumblingWindows windows,
            Duration watermarkDelay,
            long closedUpTo)
            throws ExecutionException, InterruptedException {
        Map<Integer, Long> committed = committed(admin);
        Optional<Long> lowest = Optional.empty();
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(kafka.toProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (TopicPartition partition : partitions) {
                long first = earliest.getOrDefault(partition.partition(), 0L);
                Long next = committed.get(partition.partition());
                if (next == null || next <= first) {
                    if (!committed.isEmpty() && isEmpty(consumer, partition)) {
                        continue;
                    }
                    return StartOffsets.all(earliest);
                }
                long timestamp = timestampAt(consumer, partition, next - 1);
                lowest = Optional.of(lowest.map(l -> Math.min(l, timestamp)).orElse(timestamp));
            }
        }
        if (lowest.isEmpty()) {
            return StartOffsets.all(earliest);
        }
        long watermark = lowest.get() - watermarkDelay.toMillis() - 1;
        StartOffsets start = atWindow(admin, partitions, Math.min(watermark, closedUpTo) + 1, windows);
        Map<Integer, Long> offsets = new HashMap<>(start.byPartition());
        committed.forEach((partition, offset) -> offsets.merge(partition, offset, Math::min));
        return new StartOffsets(offsets, start.firstWindowStart());
    }

    private static boolean isEmpty(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
        List<TopicPartition> one = List.of(partition);
        return consumer.beginningOffsets(one).equals(consumer.endOffsets(one));
    }

    private static long timestampAt(Consumer<byte[], byte[]> consumer, TopicPartition partition, long offset) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
        for (ConsumerRecord<byte[], byte[]> found : consumer.poll(Duration.ofSeconds(10))) {
            return found.timestamp();
        }
        throw new IllegalStateException("Cannot read " + partition + " at offset " + offset + " within 10 s");
    }

    private static StartOffsets atWindow(
            Admin admin, List<TopicPartition> partitions, long timestampMillis, TumblingWindows windows)
            throws ExecutionException, InterruptedException {
        long start = windows.startOf(timestampMillis);
        return StartOffsets.atWindow(offsetsAt(admin, partitions, start), timestampMillis, windows);
    }

    private List<TopicPartition> partitions(Admin admin) throws ExecutionException, InterruptedException {
        return TopicRecordSchema.describe(admin, topic).partitions().stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    private Map<Integer, Long> committed(Admin admin) throws ExecutionException, InterruptedException {
        Map<Integer, Long> committed = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> found = admin.listConsumerGroupOffsets(groupId)
                .partitionsToOffsetAndMetadata()
                .get();
        found.forEach((partition, offset) -> {
            if (partition.topic().equals(topic) && offset != null) {
                committed.put(partition.partition(), offset.offset());
            }
        });
        return committed;
    }

    /** First offsets at or after the timestamp; the end of a partition that has none. */
    private static Map<Integer, Long> offsetsAt(Admin admin, List<TopicPartition> partitions, long timestampMillis)
            throws ExecutionException, InterruptedException {
        // The ends first: an event that comes between the two questions would else stand before the end, and be passed
        // over.
        Map<Integer, Long> ends = offsets(admin, partitions, OffsetSpec.latest());
        Map<Integer, Long> found = offsets(admin, partitions, OffsetSpec.forTimestamp(Math.max(0, timestampMillis)));
        found.replaceAll((partition, offset) -> offset < 0 ? ends.getOrDefault(partition, 0L) : offset);
        return found;
    }

    private static Map<Integer, Long> offsets(Admin admin, List<TopicPartition> partitions, OffsetSpec spec)
            throws ExecutionException, InterruptedException {
        Map<Integer, Long> offsets = new HashMap<>();
        list(admin, partitions, spec).forEach((partition, info) -> offsets.put(partition.partition(), info.offset()));
        return offsets;
    }

    private static OptionalLong newestTimestamp(Admin admin, List<TopicPartition> partitions)
            throws ExecutionException, InterruptedException {
        return list(admin, partitions, OffsetSpec.maxTimestamp()).values().stream()
                .filter(info -> info.offset() >= 0)
                .mapToLong(ListOffsetsResultInfo::timestamp)
                .max();
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> list(
            Admin admin, List<TopicPartition> partitions, OffsetSpec spec)
            throws ExecutionException, InterruptedException {
        return admin.listOffsets(partitions.stream().collect(toMap(Function.identity(), partition -> spec)))
                .all()
                .get();
    }

    private <T> T ask(Question<T> question) {
        try (Admin admin = Admin.create(kafka.toProperties())) {
            return question.ask(admin);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Cannot find the start offsets of topic " + topic + " in " + kafka, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asking " + kafka + " for offsets of " + topic, e);
        }
    }

    /**
     * Something to ask Kafka.
     *
     * @param <T> the answer
     */
    private interface Question<T> {
        T ask(Admin admin) throws ExecutionException, InterruptedException;
    }
}
