package io.tidemark.cli.audit;

import io.tidemark.cli.audit.PartitionReport.Bounds;
import io.tidemark.model.Topics;
import io.tidemark.store.AuditOffsets.Range;
import io.tidemark.store.AuditSnapshot.Partition;
import io.tidemark.stream.KafkaSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Looks in {@code web-events} whether there is a record at offsets that should hold none: those of transaction markers,
 * and of what was compacted away. A log does not change but at its ends, so an answer is kept.
 */
final class GapReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int POLLS = 20;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<Partition, Set<Range>> empty = new HashMap<>();

    GapReader(KafkaSettings kafka) {
        this.consumer = TopicReader.consumer(kafka);
    }

    boolean holdsRecord(Partition partition, Range range, Bounds bounds) {
        Set<Range> known = empty.computeIfAbsent(partition, none -> new HashSet<>());
        if (known.contains(range)) {
            return false;
        }
        long last = Math.min(range.last(), bounds.end() - 1);
        long first = Math.max(range.first(), bounds.earliest());
        boolean holds = first <= last && read(new TopicPartition(Topics.RAW, partition.number()), first, last);
        if (!holds) {
            known.add(range);
        }
        return holds;
    }

    private boolean read(TopicPartition partition, long first, long last) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, first);
        for (int polls = 0; polls < POLLS && consumer.position(partition) <= last; polls++) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                return record.offset() <= last;
            }
        }
        return false;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
