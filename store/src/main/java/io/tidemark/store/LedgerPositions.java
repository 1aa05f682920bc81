package io.tidemark.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** How far a database has dealt with a topic, for those who choose where a job starts. */
public final class LedgerPositions {
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);

    private LedgerPositions() {}

    /**
     * The first offset that is not yet dealt with, by partition; empty if the database has met no record of that topic.
     *
     * @throws StoreException if Postgres does not answer, or has no ledger
     */
    public static Map<Integer, Long> next(StoreConfig store, UUID topicId) {
        try (Session once = new Session(store.connections("ledger", ANSWER_WITHIN))) {
            return once.transact("read the ledger of topic " + topicId, connection -> {
                Map<Integer, Long> next = new TreeMap<>();
                try (PreparedStatement read = connection.prepareStatement(
                        "select partition, next_offset from ingest_ledger where topic_id = ?")) {
                    read.setObject(1, topicId);
                    try (ResultSet rows = read.executeQuery()) {
                        while (rows.next()) {
                            next.put(rows.getInt(1), rows.getLong(2));
                        }
                    }
                }
                return next;
            });
        }
    }
}
