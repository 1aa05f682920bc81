package io.tidemark.cli.audit;

import static java.util.Objects.requireNonNull;

import io.tidemark.store.AuditSnapshot.Account;
import io.tidemark.store.AuditSnapshot.Partition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source partition.
 *
 * @param account its row of the ledger, null if it has none
 * @param bounds what Kafka holds, null of an earlier topic of the name
 */
public record PartitionReport(
        Partition partition,
        @Nullable Account account,
        @Nullable Bounds bounds,
        List<Difference> differences) {

    public PartitionReport {
        requireNonNull(partition, "partition is null");
        differences = List.copyOf(differences);
    }

    /**
     * Kafka's offsets of a partition.
     *
     * @param earliest the first that it still holds
     * @param end the one that the next record gets
     */
    public record Bounds(long earliest, long end) {}

    /** Whether the partition is of the topic that there is now. */
    public boolean isCurrent() {
        return bounds != null;
    }

    /** How many offsets Kafka still holds before the first that was ever read: the job was told to start behind them. */
    public long passedOver() {
        return account == null || bounds == null ? 0 : Math.max(0, account.first() - bounds.earliest());
    }

    /** Offsets that are yet to be read. */
    public long lag() {
        if (bounds == null) {
            return 0;
        }
        long next = account == null ? bounds.earliest() : Math.max(account.next(), bounds.earliest());
        return Math.max(0, bounds.end() - next);
    }
}
