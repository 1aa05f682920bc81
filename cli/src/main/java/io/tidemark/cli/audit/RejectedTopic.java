package io.tidemark.cli.audit;

import io.tidemark.model.SourceCoordinates;
import io.tidemark.store.AuditOffsets;
import io.tidemark.store.AuditSnapshot.Partition;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** The coordinates in {@code web-events-rejected}. */
final class RejectedTopic {
    private final Map<Partition, AuditOffsets> offsets = new HashMap<>();
    private long unreadable;

    void add(ConsumerRecord<byte[], byte[]> record) {
        SourceCoordinates source = coordinates(record);
        if (source == null) {
            unreadable++;
        } else {
            add(new Partition(source.topicId(), source.partition()), source.offset());
        }
    }

    void add(Partition partition, long offset) {
        offsets.computeIfAbsent(partition, none -> new AuditOffsets()).add(offset);
    }

    /** What the header says; null if it is absent or says nothing that can be read. */
    static @Nullable SourceCoordinates coordinates(ConsumerRecord<byte[], byte[]> record) {
        Header source = record.headers().lastHeader(SourceCoordinates.HEADER);
        if (source == null || source.value() == null) {
            return null;
        }
        try {
            return SourceCoordinates.fromHeader(source.value());
        } catch (IllegalArgumentException notCoordinates) {
            return null;
        }
    }

    AuditOffsets of(Partition partition) {
        return offsets.getOrDefault(partition, new AuditOffsets());
    }

    /** Records that are there without coordinates. */
    long unreadable() {
        return unreadable;
    }

    /** Coordinates in that topic, of all its partitions. */
    long countOf(UUID topicId) {
        return offsets.entrySet().stream()
                .filter(entry -> entry.getKey().topicId().equals(topicId))
                .mapToLong(entry -> entry.getValue().size())
                .sum();
    }
}
