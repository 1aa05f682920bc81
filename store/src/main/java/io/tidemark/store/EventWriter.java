package io.tidemark.store;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.SourceCoordinates;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Stores events in bulk, each exactly once, for one thread: one transaction moves {@code ingest_ledger.next_offset} of
 * every source partition in the batch by compare-and-set and COPYs the rows. An event below {@code next_offset} is already
 * stored. Of each partition, events must come in ascending order of offset. Not thread-safe; connects when first used.
 */
public final class EventWriter implements AutoCloseable {
    /** Bytes of pending rows at which a writer is full unless told otherwise; some 20,000 events. */
    public static final int DEFAULT_MAX_PENDING_BYTES = 8 * 1024 * 1024;

    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);
    private static final int COLUMNS = 21;
    private static final String COPY = """
            copy processed_events (ip, event_timestamp, referrer, host, url, geodata, country, device, browser, os, bot,
                referrer_source, utm_source, utm_medium, utm_campaign, utm_term, utm_content, user_agent,
                source_topic_id, source_partition, source_offset)
            from stdin (format binary)""";

    private final EnrichedEventCodec codec = new EnrichedEventCodec();
    private final CopyBuffer pending = new CopyBuffer();
    private final Map<Ledger.Key, Progress> progress = new HashMap<>();
    private final Session session;
    private final int maxPendingBytes;
    private @Nullable Progress last;

    /** Set once a commit may have been sent, until it is known to have succeeded. */
    private boolean commitInDoubt;

    /** Where a source partition stands: {@code known} in the ledger, {@code next} once what is pending is stored. */
    private static final class Progress {
        final Ledger.Key key;
        long known;
        long next;

        Progress(Ledger.Key key, long known) {
            this.key = key;
            this.known = known;
            this.next = known;
        }
    }

    public EventWriter(StoreConfig config) {
        this(config, DEFAULT_MAX_PENDING_BYTES);
    }

    /** A writer that is full once its rows reach that many bytes. */
    public EventWriter(StoreConfig config, int maxPendingBytes) {
        this(new Session(config.connections("events", ANSWER_WITHIN)), maxPendingBytes);
    }

    EventWriter(Session session, int maxPendingBytes) {
        if (maxPendingBytes <= 0) {
            throw new IllegalArgumentException("maxPendingBytes must be positive; was " + maxPendingBytes);
        }
        this.session = session;
        this.maxPendingBytes = maxPendingBytes;
    }

    /**
     * Takes an event for the next flush. Reads the ledger when it first sees a source partition.
     *
     * @return false if the event is already stored or pending, and was left out; to be counted by the caller
     */
    public boolean add(EnrichedEvent event, SourceCoordinates at) {
        Progress partition = progressOf(at);
        if (at.offset() < partition.next) {
            return false;
        }
        append(event, at);
        partition.next = at.offset() + 1;
        return true;
    }

    private Progress progressOf(SourceCoordinates at) {
        Progress partition = last;
        if (partition == null || !partition.key.holds(at)) {
            partition = progress.computeIfAbsent(Ledger.Key.of(at), this::load);
            last = partition;
        }
        return partition;
    }

    private Progress load(Ledger.Key key) {
        long next = session.transact(
                "read the ledger of source partition " + key, connection -> Ledger.open(connection, key));
        return new Progress(key, next);
    }

    private void append(EnrichedEvent event, SourceCoordinates at) {
        pending.row(COLUMNS)
                .text(event.ip())
                .timestamp(event.eventTimeMillis())
                .text(event.referrer())
                .text(event.host())
                .text(event.url())
                .text(codec.geodata(event.geo()))
                .text(event.geo().country())
                .text(event.client().device())
                .text(event.client().browser())
                .text(event.client().os())
                .bool(event.client().bot())
                .text(event.source().code())
                .text(event.campaign().source())
                .text(event.campaign().medium())
                .text(event.campaign().name())
                .text(event.campaign().term())
                .text(event.campaign().content())
                .text(event.userAgent())
                .uuid(at.topicId())
                .int4(at.partition())
                .int8(at.offset());
    }

    /** Whether the pending rows have reached the writer's size and should be flushed. */
    public boolean isFull() {
        return pending.size() >= maxPendingBytes;
    }

    public boolean hasPending() {
        return pending.rows() > 0;
    }

    /**
     * Stores what is pending in one transaction; on return it is durable and visible.
     *
     * @return number of rows stored
     * @throws StaleWriterException if another writer has moved the ledger; nothing is stored by this one
     * @throws StoreException if Postgres refuses or stays away; the rows stay pending
     */
    public int flush() {
        if (!hasPending()) {
            return 0;
        }
        List<Ledger.Move> moves = moves();
        int rows = pending.rows();
        session.transact("store " + rows + " events", connection -> {
            if (move(connection, moves)) {
                copy(connection);
            }
            commitInDoubt = true;
            return rows;
        });
        commitInDoubt = false;
        pending.clear();
        for (Progress partition : progress.values()) {
            partition.known = partition.next;
        }
        return rows;
    }

    private List<Ledger.Move> moves() {
        Collection<Progress> partitions = progress.values();
        List<Ledger.Move> moves = new ArrayList<>(partitions.size());
        for (Progress partition : partitions) {
            if (partition.next > partition.known) {
                moves.add(new Ledger.Move(partition.key, partition.known, partition.next));
            }
        }
        moves.sort(Comparator.comparing(Ledger.Move::key));
        return moves;
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
        throw new StaleWriterException("Another writer has moved the ledger; nothing of this batch of " + pending.rows()
                + " events was stored: " + (elsewhere.isEmpty() ? moves : elsewhere));
    }

    private void copy(Connection connection) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY);
        try {
            pending.writeTo(copy);
            copy.endCopy();
        } catch (SQLException e) {
            cancel(copy, e);
            throw e;
        }
    }

    /** Frees the connection for the rollback. */
    private static void cancel(CopyIn copy, SQLException cause) {
        try {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Ends the connection. What is pending is dropped, and stored by whoever reads the source again. */
    @Override
    public void close() {
        session.close();
    }
}
