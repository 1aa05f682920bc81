package io.tidemark.cli.audit;

import io.tidemark.model.SourceCoordinates;
import io.tidemark.store.AuditOffsets;
import io.tidemark.store.AuditSnapshot.Partition;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The coordinates in {@code process_events_kafka}, and what a reader makes of them that admits what is above the highest
 * it has seen of a source partition.
 */
final class SecondTopicScan {
    private final Map<Partition, Seen> seen = new HashMap<>();
    private long unreadable;

    /** What was seen of a source partition. */
    static final class Seen {
        private final AuditOffsets admitted = new AuditOffsets();
        private final AuditOffsets lost = new AuditOffsets();
        private final AuditOffsets elsewhere = new AuditOffsets();
        private long highest = -1;
        private long repeats;

        void add(long offset, boolean inItsPartition) {
            if (!inItsPartition) {
                elsewhere.add(offset);
            }
            if (offset > highest) {
                admitted.add(offset);
                highest = offset;
            } else if (admitted.contains(offset) || !lost.add(offset)) {
                repeats++;
            }
        }

        /** What a reader counts. */
        AuditOffsets admitted() {
            return admitted;
        }

        /** What a reader drops although it had not seen it. */
        AuditOffsets lost() {
            return lost;
        }

        /** What came in a partition of another number. */
        AuditOffsets elsewhere() {
            return elsewhere;
        }

        long repeats() {
            return repeats;
        }
    }

    void add(ConsumerRecord<byte[], byte[]> record) {
        SourceCoordinates source = RejectedTopic.coordinates(record);
        if (source == null) {
            unreadable++;
            return;
        }
        of(new Partition(source.topicId(), source.partition()))
                .add(source.offset(), source.partition() == record.partition());
    }

    Seen of(Partition partition) {
        return seen.computeIfAbsent(partition, none -> new Seen());
    }

    /** Records that are there without coordinates; the aggregate job rejects them. */
    long unreadable() {
        return unreadable;
    }

    AuditReport.SecondTopic summary() {
        return new AuditReport.SecondTopic(
                seen.values().stream().mapToLong(each -> each.admitted.size()).sum(),
                seen.values().stream().mapToLong(each -> each.repeats).sum());
    }
}
