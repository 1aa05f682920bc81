package io.tidemark.store;

import io.tidemark.model.SourceCoordinates;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** Set once a commit may have been sent, until it is known to have succeeded. */
    private boolean commitInDoubt;

    /** {@code known} in the ledger, {@code next} once what is pending is dealt with. */
    private static final class Partition {
        final Ledger.Key key;
        final long first;
        final List<Ledger.Range> passedOverBefore;
        Map<Long, Rejection> rejectedBefore;
        long rejectedTo;
        long known;
        long next;
        long stored;
        long rejected;
        long absent;
        long passedOver;

        /** Whether a record was read: a gap before the first was passed over, later ones hold no records. */
        boolean reads;

        Partition(Ledger.Key key, Ledger.Position position) {
            this.key = key;
            this.first = position.first();
            this.passedOverBefore = position.passedOver();
            this.rejectedBefore = position.rejected();
            this.rejectedTo = position.rejectedTo();
            this.known = position.next();
            this.next = position.next();
        }

        /** What was decided of an offset that is dealt with. */
        Admission before(long offset, Opener opener) {
            if (offset < first || passedOverBefore.stream().anyMatch(range -> range.holds(offset))) {
                return Admission.PASSED_OVER;
            }
            if (offset >= rejectedTo) {
                Ledger.Position position = opener.open(key, offset);
                rejectedBefore = position.rejected();
                rejectedTo = position.rejectedTo();
            }
            return rejectedBefore.containsKey(offset) ? Admission.REJECTED : Admission.STORED;
        }

        void move(long offset) {
            absent += offset - next;
            if (!reads) {
                passedOver = offset - next;
                reads = true;
            }
            next = offset + 1;
        }

        Ledger.Move toMove() {
            return new Ledger.Move(key, known, next, stored, rejected, absent, passedOver);
        }

        void committed() {
            known = next;
            stored = 0;
            rejected = 0;
            absent = 0;
            passedOver = 0;
        }
    }

    /**
     * Reads where a partition stands, which may be where this record does if nobody has met the partition before; and
     * again, now and then, for what was rejected from there on.
     */
    @FunctionalInterface
    interface Opener {
        Ledger.Position open(Ledger.Key key, long firstOffset);
    }

    /** The ledger within a transaction. */
    interface Access {
        /** Moves each partition that stands where it is thought to, and returns how many were moved. */
        int compareAndSet(List<Ledger.Move> moves) throws SQLException;

        /** Notes what these moves pass over, of which each passes over something. */
        void passOver(List<Ledger.Move> moves) throws SQLException;

        /** Says of each partition that does not stand where it was to be moved to, where it stands. */
        List<String> elsewhere(List<Ledger.Move> moves) throws SQLException;
    }

    /**
     * Takes a record into the batch if it is new. Of each partition they must come in ascending order.
     *
     * @param rejected whether the record is to be rejected rather than stored
     */
    Admission admit(SourceCoordinates at, boolean rejected, Opener opener) {
        Partition partition = partition(at, opener);
        if (at.offset() < partition.next) {
            partition.reads = true;
            return partition.before(at.offset(), opener);
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

    /** Why a record was rejected before, for which {@link #admit} has just told that it was. */
    Rejection rejectedBefore(SourceCoordinates at) {
        Partition partition = partitions.get(Ledger.Key.of(at));
        Rejection found = partition == null ? null : partition.rejectedBefore.get(at.offset());
        if (found == null) {
            throw new IllegalArgumentException(at + " was not rejected before");
        }
        return found;
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

    /**
     * Moves the ledger for what is pending.
     *
     * @return false if a commit whose answer was lost has moved it, and so has stored the rows
     * @throws StaleWriterException if another writer has moved the ledger; the transaction must be rolled back
     */
    boolean claim(Access ledger) throws SQLException {
        List<Ledger.Move> moves = moves();
        int moved = ledger.compareAndSet(moves);
        if (moved == moves.size()) {
            List<Ledger.Move> passing =
                    moves.stream().filter(move -> move.passedOver() > 0).toList();
            if (!passing.isEmpty()) {
                ledger.passOver(passing);
            }
            return true;
        }
        List<String> elsewhere = ledger.elsewhere(moves);
        if (commitInDoubt && moved == 0 && elsewhere.isEmpty()) {
            return false;
        }
        throw new StaleWriterException("Another writer has moved the ledger; nothing of this batch of " + pending
                + " records was stored: " + (elsewhere.isEmpty() ? moves : elsewhere));
    }

    /** To be called when all is done but the commit, whose answer may be lost. */
    void aboutToCommit() {
        commitInDoubt = true;
    }

    /** To be called once the moves are known to be committed. */
    void committed() {
        commitInDoubt = false;
        pending = 0;
        partitions.values().forEach(Partition::committed);
    }
}
