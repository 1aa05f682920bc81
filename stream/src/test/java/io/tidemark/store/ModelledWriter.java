package io.tidemark.store;

import io.tidemark.model.SourceCoordinates;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An enrich job from the source to the producers: it reads, has the ledger moved and the rows stored in one transaction,
 * and only then sends. What it has sent is on its way for a while, and lost if it is killed before it arrives.
 */
final class ModelledWriter {
    /** What becomes of a transaction. */
    enum Commit {
        WORKS,
        /** It is committed, and the writer does not learn of it. */
        ANSWER_LOST,
        /** It is not committed, and the writer does not know that. */
        REQUEST_LOST
    }

    private final ModelledWorld world;
    private final LedgerBatch batch = new LedgerBatch();
    private final Map<Integer, Integer> next = new TreeMap<>();
    private final List<SourceCoordinates> waiting = new ArrayList<>();
    private final Set<SourceCoordinates> rejectedBefore = new HashSet<>();
    private final Map<Integer, Deque<SourceCoordinates>> onTheWay = new TreeMap<>();
    private final Deque<SourceCoordinates> rejectedOnTheWay = new ArrayDeque<>();

    /** @param positions index of the next record to read, by partition */
    ModelledWriter(ModelledWorld world, Map<Integer, Integer> positions) {
        this.world = world;
        next.putAll(positions);
    }

    boolean hasMore(int partition) {
        return next.getOrDefault(partition, 0) < world.source(partition).size();
    }

    void read(int partition) {
        if (!hasMore(partition)) {
            return;
        }
        SourceCoordinates at = world.source(partition).get(next.merge(partition, 1, Integer::sum) - 1);
        Admission admission = batch.admit(at, ModelledWorld.isBroken(at), world.database()::open);
        if (admission == Admission.REJECTED) {
            rejectedBefore.add(at);
        }
        if (admission != Admission.PASSED_OVER) {
            waiting.add(at);
        }
    }

    /**
     * Flushes, and sends on what is waiting if the commit is known to have worked.
     *
     * @throws StaleWriterException if another writer has moved the ledger; this one has to end
     */
    void flush(Commit commit) {
        if (batch.pending() > 0) {
            ModelledDatabase transaction = world.database().copy();
            List<SourceCoordinates> toStore = store(transaction);
            batch.aboutToCommit();
            if (commit != Commit.REQUEST_LOST) {
                world.commit(transaction);
            } else if (world.has(ModelledWorld.Bug.LEDGER_OUTSIDE_THE_TRANSACTION)) {
                toStore.forEach(transaction.rows::remove);
                world.commit(transaction);
            }
            if (commit != Commit.WORKS) {
                return;
            }
            batch.committed();
        }
        waiting.forEach(this::send);
        waiting.clear();
    }

    /** The rows that the transaction stores; none if an earlier one, whose answer was lost, has stored them. */
    private List<SourceCoordinates> store(ModelledDatabase transaction) {
        List<Ledger.Move> moves = batch.moves();
        List<SourceCoordinates> stored = new ArrayList<>();
        try {
            if (!batch.claim(transaction)) {
                return stored;
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        for (SourceCoordinates at : waiting) {
            if (moves.stream().noneMatch(move -> move.covers(at))) {
                continue;
            }
            if (ModelledWorld.isBroken(at)) {
                transaction.rejected.add(at);
            } else if (ModelledWorld.isRefused(at)) {
                transaction.refuse(at);
            } else {
                transaction.rows.add(at);
                stored.add(at);
            }
        }
        return stored;
    }

    private void send(SourceCoordinates at) {
        if (rejectedBefore.contains(at) || world.database().rejected.contains(at)) {
            rejectedOnTheWay.add(at);
        } else {
            onTheWay.computeIfAbsent(at.partition(), each -> new ArrayDeque<>()).add(at);
        }
    }

    /** Of what was sent, lets the next record of a partition arrive, and the next rejected one. */
    void arrive(int partition) {
        Deque<SourceCoordinates> sent = onTheWay.get(partition);
        if (sent != null && !sent.isEmpty()) {
            world.log(partition).add(sent.remove());
        }
        if (!rejectedOnTheWay.isEmpty()) {
            world.rejected().add(rejectedOnTheWay.remove());
        }
    }

    /** As a checkpoint: all is flushed and has arrived. Returns the positions. */
    Map<Integer, Integer> checkpoint() {
        flush(Commit.WORKS);
        while (!rejectedOnTheWay.isEmpty() || onTheWay.values().stream().anyMatch(sent -> !sent.isEmpty())) {
            for (int partition = 0; partition < ModelledWorld.PARTITIONS; partition++) {
                arrive(partition);
            }
        }
        return Map.copyOf(next);
    }
}
