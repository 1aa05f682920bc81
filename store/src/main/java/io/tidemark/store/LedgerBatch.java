package io.tidemark.store;

import io.tidemark.model.SourceCoordinates;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a writer knows of its source partitions: where each stands in the ledger, and what is pending beyond that. It
 * decides which records are new, and which moves of the ledger deal with them. No I/O, so that it can be tested against a
 * model of the ledger. Not thread-safe.
 */
final class LedgerBatch {
    private final Map<Ledger.Key, Partition> partitions = new HashMap<>();
    private @Nullable Partition last;
    private int pending;

    /** {@code known} in the ledger, {@code next} once what is pending is dealt with. */
    private static final class Partition {
        final Ledger.Key key;
        final Set<Long> refused;
        long known;
        long next;
        long stored;
        long rejected;
        long absent;

        Partition(Ledger.Key key, Ledger.Position position) {
            this.key = key;
            this.refused = position.refused();
            this.known = position.next();
            this.next = position.next();
        }

        void move(long offset) {
            absent += offset - next;
            next = offset + 1;
        }

        Ledger.Move toMove() {
            return new Ledger.Move(key, known, next, stored, rejected, absent);
        }

        void committed() {
            known = next;
            stored = 0;
            rejected = 0;
            absent = 0;
        }
    }

    /** Reads where a partition stands, which may be where this record does if nobody has met the partition before. */
    @FunctionalInterface
    interface Opener {
        Ledger.Position open(Ledger.Key key, long firstOffset);
    }

    /**
     * Takes a record into the batch if it is new. Of each partition they must come in ascending order.
     *
     * @param rejected whether the record is to be rejected rather than stored
     */
    Admission admit(SourceCoordinates at, boolean rejected, Opener opener) {
        Partition partition = partition(at, opener);
        if (at.offset() < partition.next) {
            return partition.refused.contains(at.offset()) ? Admission.REFUSED : Admission.SEEN;
        }
        partition.move(at.offset());
        if (rejected) {
            partition.rejected++;
        } else {
            partition.stored++;
        }
        pending++;
        return Admission.NEW;
    }

    private Partition partition(SourceCoordinates at, Opener opener) {
        Partition partition = last;
        if (partition == null || !partition.key.holds(at)) {
            Ledger.Key key = Ledger.Key.of(at);
            partition = partitions.get(key);
            if (partition == null) {
                partition = new Partition(key, opener.open(key, at.offset()));
                partitions.put(key, partition);
            }
            last = partition;
        }
        return partition;
    }

    /** Records taken and not yet committed. */
    int pending() {
        return pending;
    }

    /** The moves that deal with what is pending, in the order of their keys. */
    List<Ledger.Move> moves() {
        List<Ledger.Move> moves = new ArrayList<>();
        for (Partition partition : partitions.values()) {
            if (partition.next > partition.known) {
                moves.add(partition.toMove());
            }
        }
        moves.sort(Comparator.comparing(Ledger.Move::key));
        return moves;
    }

    /** To be called once the moves are known to be committed. */
    void committed() {
        pending = 0;
        partitions.values().forEach(Partition::committed);
    }
}
