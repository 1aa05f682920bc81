package io.tidemark.store;

import io.tidemark.model.SourceCoordinates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** The table {@code ingest_ledger}: of each source partition, the first offset that is not yet stored. */
final class Ledger {
    private static final String CREATE =
            "insert into ingest_ledger (topic_id, partition, next_offset) values (?, ?, 0) on conflict do nothing";
    private static final String READ = "select next_offset from ingest_ledger where topic_id = ? and partition = ?";
    private static final String MOVE =
            "update ingest_ledger set next_offset = ? where topic_id = ? and partition = ? and next_offset = ?";

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

    /** A wish: {@code next_offset} from one value to another. */
    record Move(Key key, long from, long to) {
        @Override
        public String toString() {
            return key + " from " + from + " to " + to;
        }
    }

    /** The partition's {@code next_offset}; its row is made, with 0, if it is new. */
    static long open(Connection connection, Key key) throws SQLException {
        try (PreparedStatement create = connection.prepareStatement(CREATE)) {
            create.setObject(1, key.topicId());
            create.setInt(2, key.partition());
            create.executeUpdate();
        }
        return read(connection, key);
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
                update.setObject(2, move.key().topicId());
                update.setInt(3, move.key().partition());
                update.setLong(4, move.from());
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
}
