package io.tidemark.bench.latency;

import io.tidemark.bench.input.Oracle.HitKey;
import io.tidemark.store.StoreConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/** What is in the tables, asked for cheaply while they are filled, and in full once all is done. For one thread. */
final class Results implements AutoCloseable {
    private final Connection connection;
    private final PreparedStatement offsets;
    private final PreparedStatement progress;
    private final PreparedStatement window;
    private final int partitions;

    /** @param topicId Kafka's id of the raw topic */
    Results(StoreConfig store, UUID topicId, int partitions) throws SQLException {
        this.connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
        this.partitions = partitions;
        this.offsets = connection.prepareStatement(
                "select partition, next_offset from ingest_ledger where topic_id = '%s'".formatted(topicId));
        this.progress = connection.prepareStatement("select watermark_ms from aggregate_progress");
        this.window = connection.prepareStatement(
                "select host, num_hits from processed_events_aggregated where event_hour = ?");
    }

    /**
     * Of each partition, the first offset whose row is not there; 0 of one without any. The ledger moves in the transaction
     * that stores the rows, so it tells of them without looking at them.
     */
    long[] nextOffsets() throws SQLException {
        long[] next = new long[partitions];
        try (ResultSet rows = offsets.executeQuery()) {
            while (rows.next()) {
                next[rows.getInt(1)] = rows.getLong(2);
            }
        }
        return next;
    }

    /** Up to when windows are closed and written, milliseconds since the epoch; empty if none is. */
    OptionalLong progress() throws SQLException {
        try (ResultSet row = progress.executeQuery()) {
            return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
        }
    }

    /** Hits by host of the window. */
    Map<String, Long> window(long startMillis) throws SQLException {
        window.setTimestamp(1, new Timestamp(startMillis));
        Map<String, Long> hits = new HashMap<>();
        try (ResultSet rows = window.executeQuery()) {
            while (rows.next()) {
                hits.put(rows.getString(1), rows.getLong(2));
            }
        }
        return hits;
    }

    /**
     * What is wrong with all there is; empty if nothing is.
     *
     * @param sent number of events
     * @param hits the right ones, by window and host
     */
    String fault(long sent, Map<HitKey, Long> hits) throws SQLException {
        String ledger = differs("events that ingest_ledger calls stored", sent, "sum(stored) from ingest_ledger");
        String others = differs(
                "records that ingest_ledger calls rejected or absent",
                0,
                "sum(rejected) + sum(absent) from ingest_ledger");
        String rows = differs("rows of processed_events", sent, "count(*) from processed_events");
        String distinct = differs(
                "different coordinates in processed_events",
                sent,
                "count(*) from (select distinct source_topic_id, source_partition, source_offset from processed_events) d");
        String byHost = differs(
                "processed_events_aggregated",
                hits,
                "select event_hour, host, num_hits from processed_events_aggregated");
        String byReferrer = differs(
                "processed_events_aggregated_source",
                hits,
                "select event_hour, host, sum(num_hits) from processed_events_aggregated_source group by 1, 2");
        return (ledger + others + rows + distinct + byHost + byReferrer).strip();
    }

    private String differs(String what, long expected, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select " + query)) {
            row.next();
            long found = row.getLong(1);
            return found == expected ? "" : "%,d %s instead of %,d. ".formatted(found, what, expected);
        }
    }

    private String differs(String table, Map<HitKey, Long> expected, String query) throws SQLException {
        Map<HitKey, Long> found = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                found.put(new HitKey(rows.getTimestamp(1).getTime(), rows.getString(2), ""), rows.getLong(3));
            }
        }
        if (found.equals(expected)) {
            return "";
        }
        long wrong = expected.entrySet().stream()
                .filter(each -> !each.getValue().equals(found.get(each.getKey())))
                .count();
        return "%s: of %,d windows of a host %,d are wrong or missing, there are %,d. "
                .formatted(table, expected.size(), wrong, found.size());
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
