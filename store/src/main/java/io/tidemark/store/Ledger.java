package io.tidemark.store;

import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * The tables {@code ingest_ledger}, which tells of each source partition the first offset that is not yet dealt with and
 * what became of those before; {@code ingest_rejected}, the records among them that could not be used; and {@code
 * ingest_passed_over}, those that no job was given.
 */
final class Ledger {
    private static final String CREATE =
            "insert into ingest_ledger (topic_id, partition, first_offset, next_offset) values (?, ?, ?, ?)"
                    + " on conflict do nothing";
    private static final String READ =
            "select first_offset, next_offset from ingest_ledger where topic_id = ? and partition = ?";
    private static final String MOVE = """
            update ingest_ledger
            set next_offset = ?, stored = stored + ?, rejected = rejected + ?, absent = absent + ?
            where topic_id = ? and partition = ? and next_offset = ?""";
    private static final String PASS_OVER =
            "insert into ingest_passed_over (topic_id, partition, from_offset, to_offset) values (?, ?, ?, ?)";
    private static final String PASSED_OVER = """
            select from_offset, to_offset from ingest_passed_over
            where topic_id = ? and partition = ? and to_offset > ?""";
    private static final String TURN_INTO_REJECTED =
            "update ingest_ledger set stored = stored - ?, rejected = rejected + ? where topic_id = ? and partition = ?";
    private static final String REJECT = """
            insert into ingest_rejected (topic_id, partition, source_offset, reason, message)
            select * from unnest(?::uuid[], ?::integer[], ?::bigint[], ?::text[], ?::text[])""";
    private static final String REJECTED = """
            select source_offset, reason, message from ingest_rejected
            where topic_id = ? and partition = ? and source_offset >= ? and source_offset < ?""";

    /** Rejections that are read at once, told by the offsets they can lie within: a replay may meet millions of them. */
    private static final long PAGE_OFFSETS = 100_000;

    private Ledger() {}

    /** A partition of a topic, told apart from one of the same name by the topic's id. */
    record Key(UUID topicId, int partition) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::topicId).thenComparingInt(Key::partition);

        static Key of(SourceCoordinates at) {
            return new Key(at.topicId(), at.partition());
        }

        boolean holds(SourceCoordinates at) {
            return partition == at.partition()
                    && topicId.getLeastSignificantBits() == at.topicIdLow()
                    && topicId.getMostSignificantBits() == at.topicIdHigh();
        }

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return topicId + "/" + partition;
        }
    }

    /**
     * What is known of a partition when a writer first meets it.
     *
     * @param first the first offset that was ever dealt with
     * @param next the first offset that is not yet dealt with
     * @param rejected records before it that were rejected, by their offset: from the first that the writer reads
     * @param rejectedTo up to that offset, exclusive; behind it, the position is to be asked for again
     * @param passedOver ranges behind {@code first} that were passed over, as far as the writer will read them
     */
    record Position(long first, long next, Map<Long, Rejection> rejected, long rejectedTo, List<Range> passedOver) {
        Position {
            rejected = Map.copyOf(rejected);
            passedOver = List.copyOf(passedOver);
        }
    }

    /** Offsets of a partition: the first, and the first behind them. */
    record Range(long from, long to) {
        boolean holds(long offset) {
            return offset >= from && offset < to;
        }
    }

    /**
     * A wish: {@code next_offset} from one value to another, and what became of the offsets between:
     * {@code to - from = stored + rejected + absent}.
     *
     * @param passedOver how many of the absent ones stand at {@code from}, where the writer began to read behind them
     */
    record Move(Key key, long from, long to, long stored, long rejected, long absent, long passedOver) {
        Move {
            if (to - from != stored + rejected + absent) {
                throw new IllegalArgumentException("%s from %d to %d is not %d stored + %d rejected + %d absent"
                        .formatted(key, from, to, stored, rejected, absent));
            }
        }

        boolean covers(SourceCoordinates at) {
            return key.holds(at) && at.offset() >= from && at.offset() < to;
        }

        @Override
        public String toString() {
            return key + " from " + from + " to " + to;
        }
    }

    /** The tables, for a batch's moves, within the connection's transaction. */
    static LedgerBatch.Access within(Connection connection) {
        return new LedgerBatch.Access() {
            @Override
            public int compareAndSet(List<Move> moves) throws SQLException {
                return Ledger.compareAndSet(connection, moves);
            }

            @Override
            public void passOver(List<Move> moves) throws SQLException {
                Ledger.passOver(connection, moves);
            }

            @Override
            public List<String> elsewhere(List<Move> moves) throws SQLException {
                return Ledger.elsewhere(connection, moves);
            }
        };
    }

    /**
     * Where the partition stands.
     *
     * @param firstOffset the first that the writer reads. If the partition is new it begins there: nothing before was dealt
     *     with, nor ever will be
     */
    static Position open(Connection connection, Key key, long firstOffset) throws SQLException {
        try (PreparedStatement create = connection.prepareStatement(CREATE)) {
            create.setObject(1, key.topicId());
            create.setInt(2, key.partition());
            create.setLong(3, firstOffset);
            create.setLong(4, firstOffset);
            create.executeUpdate();
        }
        Stand stand = read(connection, key);
        Map<Long, Rejection> rejected = new HashMap<>();
        long to = firstOffset + PAGE_OFFSETS;
        for (Rejection each : rejected(connection, key, firstOffset, to)) {
            rejected.put(each.at().offset(), each);
        }
        return new Position(stand.first(), stand.next(), rejected, to, passedOver(connection, key, firstOffset));
    }

    private static List<Range> passedOver(Connection connection, Key key, long firstOffset) throws SQLException {
        List<Range> found = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(PASSED_OVER)) {
            read.setObject(1, key.topicId());
            read.setInt(2, key.partition());
            read.setLong(3, firstOffset);
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    found.add(new Range(rows.getLong(1), rows.getLong(2)));
                }
            }
        }
        return found;
    }

    private record Stand(long first, long next) {}

    private static Stand read(Connection connection, Key key) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(READ)) {
            read.setObject(1, key.topicId());
            read.setInt(2, key.partition());
            try (ResultSet row = read.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("ingest_ledger has no row for " + key + ": was it deleted?", "P0002");
                }
                return new Stand(row.getLong(1), row.getLong(2));
            }
        }
    }

    /**
     * Moves each partition that stands where it is thought to.
     *
     * @param moves in the order of their keys, so that two writers wait for each other rather than deadlock
     * @return how many were moved
     */
    private static int compareAndSet(Connection connection, List<Move> moves) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(MOVE)) {
            for (Move move : moves) {
                update.setLong(1, move.to());
                update.setLong(2, move.stored());
                update.setLong(3, move.rejected());
                update.setLong(4, move.absent());
                update.setObject(5, move.key().topicId());
                update.setInt(6, move.key().partition());
                update.setLong(7, move.from());
                update.addBatch();
            }
            int moved = 0;
            for (int count : update.executeBatch()) {
                moved += count;
            }
            return moved;
        }
    }

    private static void passOver(Connection connection, List<Move> moves) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(PASS_OVER)) {
            for (Move move : moves) {
                insert.setObject(1, move.key().topicId());
                insert.setInt(2, move.key().partition());
                insert.setLong(3, move.from());
                insert.setLong(4, move.from() + move.passedOver());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Says of each partition that does not stand where it was to be moved to, where it stands. */
    private static List<String> elsewhere(Connection connection, List<Move> moves) throws SQLException {
        List<String> found = new ArrayList<>();
        for (Move move : moves) {
            long next = read(connection, move.key()).next();
            if (next != move.to()) {
                found.add(move + ", found at " + next);
            }
        }
        return found;
    }

    /**
     * Notes rejected records.
     *
     * @param refused how many of them the transaction's move took for stored, by partition, as those that Postgres refuses
     */
    static void reject(Connection connection, Collection<Rejection> rejections, Map<Key, Integer> refused)
            throws SQLException {
        if (!rejections.isEmpty()) {
            try (PreparedStatement insert = connection.prepareStatement(REJECT)) {
                insert.setObject(
                        1, texts(rejections, each -> each.at().topicId().toString()));
                insert.setObject(
                        2,
                        rejections.stream()
                                .mapToInt(each -> each.at().partition())
                                .toArray());
                insert.setObject(
                        3,
                        rejections.stream()
                                .mapToLong(each -> each.at().offset())
                                .toArray());
                insert.setObject(4, texts(rejections, each -> each.reason().code()));
                insert.setObject(5, texts(rejections, Rejection::message));
                insert.executeUpdate();
            }
        }
        if (!refused.isEmpty()) {
            try (PreparedStatement turn = connection.prepareStatement(TURN_INTO_REJECTED)) {
                for (Map.Entry<Key, Integer> each : refused.entrySet()) {
                    turn.setLong(1, each.getValue());
                    turn.setLong(2, each.getValue());
                    turn.setObject(3, each.getKey().topicId());
                    turn.setInt(4, each.getKey().partition());
                    turn.addBatch();
                }
                turn.executeBatch();
            }
        }
    }

    private static String[] texts(Collection<Rejection> rejections, Function<Rejection, String> text) {
        return rejections.stream().map(text).toArray(String[]::new);
    }

    /** The rejected records of these moves. */
    static List<Rejection> rejected(Connection connection, List<Move> moves) throws SQLException {
        List<Rejection> found = new ArrayList<>();
        for (Move move : moves) {
            found.addAll(rejected(connection, move.key(), move.from(), move.to()));
        }
        return found;
    }

    private static List<Rejection> rejected(Connection connection, Key key, long from, long to) throws SQLException {
        List<Rejection> found = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(REJECTED)) {
            read.setObject(1, key.topicId());
            read.setInt(2, key.partition());
            read.setLong(3, from);
            read.setLong(4, to);
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    found.add(new Rejection(
                            new SourceCoordinates(key.topicId(), key.partition(), rows.getLong(1)),
                            RejectReason.ofCode(rows.getString(2)),
                            rows.getString(3)));
                }
            }
        }
        return found;
    }
}
