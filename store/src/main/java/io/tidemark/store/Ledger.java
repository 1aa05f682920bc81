package io.tidemark.store;

import io.tidemark.model.SourceCoordinates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The tables {@code ingest_ledger}, which tells of each source partition the first offset that is not yet dealt with and
 * what became of those before, and {@code ingest_refused}, the events whose rows Postgres refused.
 */
final class Ledger {
    private static final String CREATE =
            "insert into ingest_ledger (topic_id, partition, first_offset, next_offset) values (?, ?, ?, ?)"
                    + " on conflict do nothing";
    private static final String READ = "select next_offset from ingest_ledger where topic_id = ? and partition = ?";
    private static final String MOVE = """
            update ingest_ledger
            set next_offset = ?, stored = stored + ?, rejected = rejected + ?, absent = absent + ?
            where topic_id = ? and partition = ? and next_offset = ?""";
    private static final String TURN_INTO_REJECTED =
            "update ingest_ledger set stored = stored - ?, rejected = rejected + ? where topic_id = ? and partition = ?";
    private static final String REFUSE =
            "insert into ingest_refused (topic_id, partition, source_offset, sqlstate, message) values (?, ?, ?, ?, ?)";
    private static final String REFUSED =
            "select source_offset, sqlstate, message from ingest_refused where topic_id = ? and partition = ?";

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
     * @param next the first offset that is not yet dealt with
     * @param refused offsets before it whose rows Postgres refused
     */
    record Position(long next, Set<Long> refused) {
        Position {
            refused = Set.copyOf(refused);
        }
    }

    /**
     * A wish: {@code next_offset} from one value to another, and what became of the offsets between:
     * {@code to - from = stored + rejected + absent}.
     */
    record Move(Key key, long from, long to, long stored, long rejected, long absent) {
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

    /**
     * Where the partition stands.
     *
     * @param firstOffset where it begins if it is new: nothing before was dealt with, nor ever will be
     */
    static Position open(Connection connection, Key key, long firstOffset) throws SQLException {
        try (PreparedStatement create = connection.prepareStatement(CREATE)) {
            create.setObject(1, key.topicId());
            create.setInt(2, key.partition());
            create.setLong(3, firstOffset);
            create.setLong(4, firstOffset);
            create.executeUpdate();
        }
        long next = read(connection, key);
        Set<Long> refused = new HashSet<>();
        for (Refused each : refused(connection, key)) {
            refused.add(each.at().offset());
        }
        return new Position(next, refused);
    }

    private static long read(Connection connection, Key key) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(READ)) {
            read.setObject(1, key.topicId());
            read.setInt(2, key.partition());
            try (ResultSet row = read.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("ingest_ledger has no row for " + key + ": was it deleted?", "P0002");
                }
                return row.getLong(1);
            }
        }
    }

    /**
     * Moves each partition that stands where it is thought to.
     *
     * @param moves in the order of their keys, so that two writers wait for each other rather than deadlock
     * @return how many were moved
     */
    static int compareAndSet(Connection connection, List<Move> moves) throws SQLException {
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

    /** Says of each partition that does not stand where it was to be moved to, where it stands. */
    static List<String> elsewhere(Connection connection, List<Move> moves) throws SQLException {
        List<String> found = new ArrayList<>();
        for (Move move : moves) {
            long next = read(connection, move.key());
            if (next != move.to()) {
                found.add(move + ", found at " + next);
            }
        }
        return found;
    }

    /** Notes events that the transaction's move took for stored and that Postgres refuses. */
    static void refuse(Connection connection, Collection<Refused> refused) throws SQLException {
        Map<Key, Integer> byPartition = new HashMap<>();
        try (PreparedStatement insert = connection.prepareStatement(REFUSE)) {
            for (Refused each : refused) {
                Key key = Key.of(each.at());
                byPartition.merge(key, 1, Integer::sum);
                insert.setObject(1, key.topicId());
                insert.setInt(2, key.partition());
                insert.setLong(3, each.at().offset());
                insert.setString(4, each.sqlState());
                insert.setString(5, each.message());
                insert.addBatch();
            }
            insert.executeBatch();
        }
        try (PreparedStatement turn = connection.prepareStatement(TURN_INTO_REJECTED)) {
            for (Map.Entry<Key, Integer> each : byPartition.entrySet()) {
                turn.setLong(1, each.getValue());
                turn.setLong(2, each.getValue());
                turn.setObject(3, each.getKey().topicId());
                turn.setInt(4, each.getKey().partition());
                turn.addBatch();
            }
            turn.executeBatch();
        }
    }

    /** The events of these moves that Postgres refused. */
    static List<Refused> refused(Connection connection, List<Move> moves) throws SQLException {
        List<Refused> found = new ArrayList<>();
        for (Move move : moves) {
            for (Refused each : refused(connection, move.key())) {
                if (move.covers(each.at())) {
                    found.add(each);
                }
            }
        }
        return found;
    }

    private static List<Refused> refused(Connection connection, Key key) throws SQLException {
        List<Refused> found = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(REFUSED)) {
            read.setObject(1, key.topicId());
            read.setInt(2, key.partition());
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    found.add(new Refused(
                            new SourceCoordinates(key.topicId(), key.partition(), rows.getLong(1)),
                            rows.getString(2),
                            rows.getString(3)));
                }
            }
        }
        return found;
    }
}
