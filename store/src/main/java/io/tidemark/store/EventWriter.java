package io.tidemark.store;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.SourceCoordinates;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Stores events in bulk, each exactly once, for one thread: one transaction moves {@code ingest_ledger.next_offset} of
 * every source partition in the batch by compare-and-set and COPYs the rows. Rejected records move the ledger too, so that
 * it accounts for every offset. What is below {@code next_offset} is dealt with already. Of each partition, records must
 * come in ascending order of offset. Not thread-safe; connects when first used, and waits while Postgres is away.
 */
public final class EventWriter implements AutoCloseable {
    /** Bytes of pending rows at which a writer is full unless told otherwise; some 20,000 events. */
    public static final int DEFAULT_MAX_PENDING_BYTES = 8 * 1024 * 1024;

    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);

    private final LedgerBatch batch = new LedgerBatch();
    private final EventCopy rows = new EventCopy();
    private final Session session;
    private final int maxPendingBytes;

    /** Set once a commit may have been sent, until it is known to have succeeded. */
    private boolean commitInDoubt;

    /** Set once Postgres has refused the batch for a row's sake, until it is stored without that row. */
    private boolean holdsBadRow;

    public EventWriter(StoreConfig config) {
        this(config, DEFAULT_MAX_PENDING_BYTES);
    }

    /** A writer that is full once its rows reach that many bytes. */
    public EventWriter(StoreConfig config, int maxPendingBytes) {
        this(Session.patient(config.writerConnections("events", ANSWER_WITHIN)), maxPendingBytes);
    }

    EventWriter(Session session, int maxPendingBytes) {
        if (maxPendingBytes <= 0) {
            throw new IllegalArgumentException("maxPendingBytes must be positive; was " + maxPendingBytes);
        }
        this.session = session;
        this.maxPendingBytes = maxPendingBytes;
    }

    /**
     * What a flush did.
     *
     * @param stored number of rows stored
     * @param rejected number of records that the ledger now counts as rejected, without those that Postgres refused
     * @param refused events whose rows Postgres refused; the others were stored without them
     */
    public record Flushed(int stored, int rejected, List<Refused> refused) {
        static final Flushed NOTHING = new Flushed(0, 0, List.of());

        public Flushed {
            refused = List.copyOf(refused);
        }
    }

    /**
     * Takes an event for the next flush. Reads the ledger when it first sees a source partition.
     *
     * @return whether it is new; if not it was left out, to be counted by the caller
     */
    public Admission add(EnrichedEvent event, SourceCoordinates at) {
        Admission admission = batch.admit(at, false, this::open);
        if (admission == Admission.NEW) {
            rows.add(event, at);
        }
        return admission;
    }

    /** Takes a record that is rejected, for which the next flush moves the ledger. */
    public Admission reject(SourceCoordinates at) {
        return batch.admit(at, true, this::open);
    }

    private Ledger.Position open(Ledger.Key key, long firstOffset) {
        return session.transact(
                "read the ledger of source partition " + key, connection -> Ledger.open(connection, key, firstOffset));
    }

    /** Whether the pending rows have reached the writer's size and should be flushed. */
    public boolean isFull() {
        return rows.size() >= maxPendingBytes;
    }

    public boolean hasPending() {
        return batch.pending() > 0;
    }

    /** Whether this writer waits for Postgres now; to be asked from any thread. */
    public Waiting waiting() {
        return session.waiting();
    }

    /**
     * Deals with what is pending in one transaction; on return it is durable and visible.
     *
     * @throws StaleWriterException if another writer has moved the ledger; nothing is stored by this one
     * @throws StoreException if Postgres refuses for another reason than a row's; the rows stay pending
     */
    public Flushed flush() {
        if (!hasPending()) {
            return Flushed.NOTHING;
        }
        List<Ledger.Move> moves = batch.moves();
        int added = rows.rows();
        int rejected = batch.pending() - added;
        List<Refused> refused;
        try {
            refused = store(moves);
        } catch (StoreException e) {
            if (!EventCopy.isFaultOfARow(e.getCause())) {
                throw e;
            }
            holdsBadRow = true;
            refused = store(moves);
        }
        commitInDoubt = false;
        holdsBadRow = false;
        rows.clear();
        batch.committed();
        return new Flushed(added - refused.size(), rejected, refused);
    }

    private List<Refused> store(List<Ledger.Move> moves) {
        return session.transact("store " + rows.rows() + " events", connection -> {
            List<Refused> refused = move(connection, moves) ? copy(connection) : Ledger.refused(connection, moves);
            commitInDoubt = true;
            return refused;
        });
    }

    /**
     * Moves the ledger.
     *
     * @return false if a commit whose answer was lost has moved it, and so has stored the rows
     */
    private boolean move(Connection connection, List<Ledger.Move> moves) throws SQLException {
        int moved = Ledger.compareAndSet(connection, moves);
        if (moved == moves.size()) {
            return true;
        }
        List<String> elsewhere = Ledger.elsewhere(connection, moves);
        if (commitInDoubt && moved == 0 && elsewhere.isEmpty()) {
            return false;
        }
        throw new StaleWriterException("Another writer has moved the ledger; nothing of this batch of "
                + batch.pending() + " records was stored: " + (elsewhere.isEmpty() ? moves : elsewhere));
    }

    /** Savepoints cost time, so they are taken only once it is known that there is a bad row. */
    private List<Refused> copy(Connection connection) throws SQLException {
        if (!holdsBadRow) {
            rows.sendAll(connection);
            return List.of();
        }
        List<Refused> refused = rows.sendGood(connection);
        Ledger.refuse(connection, refused);
        return refused;
    }

    /** Ends the connection. What is pending is dropped, and stored by whoever reads the source again. */
    @Override
    public void close() {
        session.close();
    }
}
