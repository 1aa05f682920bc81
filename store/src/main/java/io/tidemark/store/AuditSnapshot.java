package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the tables say at one moment.
 *
 * @param partitions every source partition that any of the tables names
 * @param gone what was deleted, and is accounted for
 */
public record AuditSnapshot(
        SortedMap<Partition, Rows> partitions, AuditWindows windows, AuditSessions sessions, Gone gone) {
    public AuditSnapshot {
        partitions = Collections.unmodifiableSortedMap(new TreeMap<>(partitions));
        requireNonNull(windows, "windows is null");
        requireNonNull(sessions, "sessions is null");
        requireNonNull(gone, "gone is null");
    }

    /** A partition of {@code web-events}, told apart from one of a topic made anew by the topic's id. */
    public record Partition(UUID topicId, int number) implements Comparable<Partition> {
        private static final Comparator<Partition> ORDER =
                Comparator.comparing(Partition::topicId).thenComparingInt(Partition::number);

        public Partition {
            requireNonNull(topicId, "topicId is null");
        }

        @Override
        public int compareTo(Partition other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return topicId + "/" + number;
        }
    }

    /**
     * A row of {@code ingest_ledger}.
     *
     * @param first the first offset that was dealt with
     * @param next the first that is not yet dealt with
     */
    public record Account(long first, long next, long stored, long rejected, long absent) {}

    /**
     * What has been deleted.
     *
     * @param expired events, by {@code tidemark retention}
     * @param forgotten events, by {@code tidemark forget}
     * @param eventsFromMillis windows that start before it are not compared with events; {@link Long#MIN_VALUE} if all are
     * @param windowsFromMillis windows that start before it are not compared at all; {@link Long#MIN_VALUE} if all are
     */
    public record Gone(long expired, long forgotten, long eventsFromMillis, long windowsFromMillis) {
        /** Nothing was. */
        public static final Gone NOTHING = new Gone(0, 0, Long.MIN_VALUE, Long.MIN_VALUE);
    }

    /** An offset with more rows than one in {@code processed_events}. */
    public record Repeated(long offset, long rows) {}

    /**
     * What the tables hold of a partition.
     *
     * @param account its row of the ledger, null if there is none
     * @param stored the offsets in {@code processed_events}
     * @param rows the rows there; more than the offsets if an offset has several
     * @param repeated the first of those offsets
     * @param rejected the offsets in {@code ingest_rejected}
     * @param gone the offsets in {@code ingest_gone}
     */
    public record Rows(
            @Nullable Account account,
            AuditOffsets stored,
            long rows,
            List<Repeated> repeated,
            AuditOffsets rejected,
            AuditOffsets gone) {
        public Rows {
            requireNonNull(gone, "gone is null");
            requireNonNull(stored, "stored is null");
            requireNonNull(rejected, "rejected is null");
            repeated = List.copyOf(repeated);
        }

        /** Of a partition that no table names. */
        public static Rows none() {
            return new Rows(null, new AuditOffsets(), 0, List.of(), new AuditOffsets(), new AuditOffsets());
        }
    }

    /** The rows of a partition; nothing if no table names it. */
    public Rows rows(Partition partition) {
        Map<Partition, Rows> known = partitions;
        return known.getOrDefault(partition, Rows.none());
    }
}
