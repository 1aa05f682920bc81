package io.tidemark.store;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.SourceCoordinates;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores events in bulk, each exactly once, for one thread: one transaction moves {@code ingest_ledger.next_offset} of
 * every source partition in the batch by compare-and-set and COPYs the rows. Rejected records move the ledger too, so that
 * it accounts for every offset. What is below {@code next_offset} is dealt with already. Of each partition, records must
 * come in ascending order of offset. Not thread-safe; connects when first used, and waits while Postgres is away.
 */
public final class EventWriter implements AutoCloseable {
    /** Bytes of pending rows at which a writer is full unless told otherwise; some 5,000 events. */
    public static final int DEFAULT_MAX_PENDING_BYTES = 2 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(EventWriter.class);
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);

    private final LedgerBatch batch = new LedgerBatch();
    private final EventCopy rows = new EventCopy();
    private final List<Rejection> rejections = new ArrayList<>();
    private final Session session;
    private final int maxPendingBytes;
    private final KnownPartitions partitions;

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
        this(session, maxPendingBytes, Clock.systemUTC());
    }

    /** @param clock tells which days are recent enough for a partition of their own */
    EventWriter(Session session, int maxPendingBytes, Clock clock) {
        if (maxPendingBytes <= 0) {
            throw new IllegalArgumentException("maxPendingBytes must be positive; was " + maxPendingBytes);
        }
        this.session = session;
        this.maxPendingBytes = maxPendingBytes;
        this.partitions = new KnownPartitions(clock);
    }

    /**
     * What a flush did.
     *
     * @param stored number of rows stored
     * @param refused events whose rows Postgres refused, or that are older than what is kept; they are rejected, and the others were
     *     stored without them
     */
    public record Flushed(int stored, List<Rejection> refused) {
        static final Flushed NOTHING = new Flushed(0, List.of());

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

    /** Takes a record that is rejected, for the next flush to note. */
    public Admission reject(Rejection rejection) {
        Admission admission = batch.admit(rejection.at(), true, this::open);
        if (admission == Admission.NEW) {
            rejections.add(rejection);
        }
        return admission;
    }

    /** Why a record was rejected before, for which the writer has just told that it was. */
    public Rejection rejectedBefore(SourceCoordinates at) {
        return batch.rejectedBefore(at);
    }

    private Ledger.Position open(Ledger.Key key, long firstOffset) {
        Ledger.Position position = session.transact(
                "read the ledger of source partition " + key, connection -> Ledger.open(connection, key, firstOffset));
        if (firstOffset > position.next()) {
            LOG.warn(
                    "The ledger of source partition {} stands at {}, and the first record read is at {}: what is between is passed"
                            + " over, for good. If it is more than a marker of a transaction, Kafka deleted it unread, or the job was"
                            + " told to start behind it, or an older state of the database was restored",
                    key,
                    position.next(),
                    firstOffset);
        }
        return position;
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
        List<Rejection> refused = storeWhatCanBe();
        holdsBadRow = false;
        int stored = rows.rows() - refused.size();
        rows.clear();
        rejections.clear();
        batch.committed();
        return new Flushed(stored, refused);
    }

    private List<Rejection> storeWhatCanBe() {
        boolean looked = false;
        while (true) {
            try {
                return store();
            } catch (StoreException e) {
                if (EventCopy.lacksPartition(e.getCause()) && !looked) {
                    looked = true;
                    partitions.forget();
                } else if (EventCopy.isFaultOfARow(e.getCause()) && !holdsBadRow) {
                    holdsBadRow = true;
                } else {
                    throw e;
                }
            }
        }
    }

    private List<Rejection> store() {
        makePartitions();
        return session.transact("store " + rows.rows() + " events", connection -> {
            List<Rejection> refused = batch.claim(Ledger.within(connection)) ? copy(connection) : refused(connection);
            batch.aboutToCommit();
            return refused;
        });
    }

    /** In a transaction of its own, which is over before the ledger is touched: nobody waits for both. */
    private void makePartitions() {
        SortedSet<Long> missing = partitions.missing(rows.days());
        if (!missing.isEmpty()) {
            session.transact("make partitions of processed_events", connection -> {
                partitions.make(connection, missing);
                return missing.size();
            });
            partitions.made(missing);
        }
    }

    /** Savepoints cost time, so they are taken only once it is known that there is a bad row. */
    private List<Rejection> copy(Connection connection) throws SQLException {
        List<Rejection> refused = new ArrayList<>();
        if (rows.rows() > 0) {
            long eventsFrom = RetentionHorizon.holdEventsFrom(connection);
            partitions.expireBefore(eventsFrom);
            refused.addAll(rows.leaveOutBefore(eventsFrom));
            if (holdsBadRow) {
                refused.addAll(rows.sendGood(connection));
            } else {
                rows.sendAll(connection);
            }
        }
        Map<Ledger.Key, Integer> refusedByPartition = new HashMap<>();
        refused.forEach(each -> refusedByPartition.merge(Ledger.Key.of(each.at()), 1, Integer::sum));
        List<Rejection> all = new ArrayList<>(rejections);
        all.addAll(refused);
        Ledger.reject(connection, all, refusedByPartition);
        return refused;
    }

    /**
     * Of a transaction that was committed though its answer was lost, the events that have no row: Postgres refused it, or it was
     * expired; or a successor, which has moved the ledger just as far, rejected what this writer would have stored.
     */
    private List<Rejection> refused(Connection connection) throws SQLException {
        Set<SourceCoordinates> own = new HashSet<>();
        rejections.forEach(each -> own.add(each.at()));
        return Ledger.rejected(connection, batch.moves()).stream()
                .filter(each -> !own.contains(each.at()))
                .toList();
    }

    /** Ends the connection. What is pending is dropped, and stored by whoever reads the source again. */
    @Override
    public void close() {
        session.close();
    }
}
