package io.tidemark.bench.run;

import io.tidemark.bench.input.Oracle;
import io.tidemark.bench.input.Oracle.HitKey;
import io.tidemark.model.Aggregate;
import io.tidemark.store.AggregateTables;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.aggregate.AggregateConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** The tables that contenders fill: emptied before each run, compared with the oracle after it. */
public final class Tables {
    private static final int FETCH_ROWS = 20_000;

    private final StoreConfig store;
    private final StoredRows stored;

    /** @param storedRows of days before, in {@code processed_events} */
    public Tables(StoreConfig store, long storedRows) {
        this.store = store;
        this.stored = new StoredRows(store, storedRows);
    }

    /**
     * Empties all but for rows of days before, and lets PostgreSQL write out what it has in memory, so that each contender
     * finds the same.
     */
    void empty() throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            stored.leave();
            statement.execute("""
                    truncate ingest_ledger, ingest_rejected, processed_events_aggregated,
                        processed_events_aggregated_source, window_corrections, aggregate_progress, aggregate_settings""");
            for (Aggregate each : AggregateTables.all(store, AggregateConfig.WINDOW)) {
                statement.execute("truncate " + each.table());
            }
            statement.execute("""
                    create table if not exists bench_events (
                        event_timestamp text, host text, url text, referrer text, ip text, user_agent text)""");
            statement.execute("""
                    create table if not exists bench_events_by_position (
                        event_timestamp text, host text, url text, referrer text, ip text, user_agent text,
                        source_partition integer, source_offset bigint, primary key (source_partition, source_offset))""");
            statement.execute("truncate bench_events, bench_events_by_position");
            statement.execute("checkpoint");
        }
    }

    /** How far PostgreSQL's log has come, in bytes. */
    long walPosition() throws SQLException {
        return number("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint");
    }

    /** What is wrong with the counts in the aggregate tables; empty if nothing is. */
    public String faultOfCounts(Oracle oracle) throws SQLException {
        String byHost = difference("processed_events_aggregated", oracle.byHost(), counts("""
                select event_hour, host, '', num_hits from processed_events_aggregated"""));
        if (!byHost.isEmpty()) {
            return byHost;
        }
        return difference("processed_events_aggregated_source", oracle.byHostAndReferrer(), counts("""
                select event_hour, host, referrer, num_hits from processed_events_aggregated_source"""));
    }

    /**
     * What is wrong with the rows of a table of events, but for those of days before; empty if nothing is.
     *
     * @param table {@code processed_events}, or {@code bench_events} of those that only store what they read
     */
    String faultOfEvents(String table, Oracle oracle, long windowMillis) throws SQLException {
        return difference(
                table, oracle.byHostAndReferrer(), counts("""
                select to_timestamp(floor(extract(epoch from event_timestamp::timestamptz) * 1000 / %1$d) * %1$d / 1000),
                    host, coalesce(referrer, ''), count(*)
                from %2$s %3$s group by 1, 2, 3""".formatted(windowMillis, table, stored.others(table))));
    }

    /** What is wrong with the source coordinates in {@code processed_events}; empty if each stands there once. */
    String faultOfPositions(long events) throws SQLException {
        long distinct = number(
                "select count(*) from (select distinct source_topic_id, source_partition, source_offset from processed_events %s) each"
                        .formatted(stored.others("processed_events")));
        return distinct == events
                ? ""
                : "processed_events has %d source coordinates instead of %d".formatted(distinct, events);
    }

    static String difference(String where, Map<HitKey, Long> expected, Map<HitKey, Long> found) {
        for (Map.Entry<HitKey, Long> each : expected.entrySet()) {
            Long count = found.get(each.getKey());
            if (!each.getValue().equals(count)) {
                return "%s: %s is %s instead of %d".formatted(where, each.getKey(), count, each.getValue());
            }
        }
        return found.size() == expected.size()
                ? ""
                : "%s has %d rows instead of %d".formatted(where, found.size(), expected.size());
    }

    private Map<HitKey, Long> counts(String query) throws SQLException {
        Map<HitKey, Long> counts = new HashMap<>();
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(FETCH_ROWS);
                try (ResultSet rows = statement.executeQuery(query)) {
                    while (rows.next()) {
                        HitKey key = new HitKey(rows.getTimestamp(1).getTime(), rows.getString(2), rows.getString(3));
                        if (counts.put(key, rows.getLong(4)) != null) {
                            throw new SQLException("Two rows of " + key);
                        }
                    }
                }
            }
        }
        return counts;
    }

    private long number(String query) throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
    }
}
