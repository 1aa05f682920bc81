package io.tidemark.bench.rollup;

import io.tidemark.store.StoreConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Windows of the year 2025, made in Postgres, always the same: of busy hosts nearly every window has hits, of the others few; and of one to
 * twenty referrers.
 */
final class Year implements AutoCloseable {
    static final List<String> TABLES = List.of("processed_events_aggregated", "processed_events_aggregated_source");
    static final List<String> GRAINS = List.of("hour", "day", "month");

    private static final int WINDOWS = 105_120;

    private final Connection connection;

    Year(StoreConfig store) throws SQLException {
        connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
    }

    /**
     * Makes the windows, unless they are there.
     *
     * @param hosts how many
     * @param rows about how many rows by host and window
     */
    void make(int hosts, long rows) throws SQLException {
        if (number("select count(*) from processed_events_aggregated") > 0) {
            return;
        }
        execute(
                "insert into aggregate_settings (window_size_ms, time) values (300000, 'event') on conflict do nothing");
        execute("insert into aggregate_progress (watermark_ms) values (9223372036854775807) on conflict do nothing");
        for (String table : TABLES) {
            execute("alter table " + table + " drop constraint " + table + "_pkey");
        }
        // So that together they have as many rows as asked for: the part of its windows in which the n-th host has
        // hits.
        double weights = 0;
        for (int host = 1; host <= hosts; host++) {
            weights += Math.pow(host, -0.7);
        }
        double part = rows / (double) WINDOWS / weights;
        execute("set work_mem = '512MB'");
        execute("""
                insert into processed_events_aggregated_source (event_hour, host, referrer, num_hits)
                with occurring as materialized (
                    select w, h, hashint8(extract(epoch from w)::bigint * 31 + h) as hash
                    from generate_series(timestamptz '2025-01-01 00:00+00', '2025-12-31 23:55+00', interval '5 minutes') as w
                    cross join generate_series(1, %1$d) as h
                    where (hashint8(extract(epoch from w)::bigint * 1000003 + h) + 2147483648) / 4294967296.0
                        < least(1, %2$s * power(h, -0.7))
                )
                select w, 'host-' || h || '.example', case r when 1 then '' else 'https://referrer-' || r || '.example/' end,
                    1 + abs((hash # r * 7919) %% 50)
                from occurring, generate_series(1, 1 + floor(power(abs(hash %% 1000) / 1000.0, 6) * 20)::int) as r""".formatted(hosts, part));
        execute("""
                insert into processed_events_aggregated (event_hour, host, num_hits)
                select event_hour, host, sum(num_hits) from processed_events_aggregated_source group by 1, 2 order by 1, 2""");
        execute("alter table processed_events_aggregated add primary key (event_hour, host)");
        execute("alter table processed_events_aggregated_source add primary key (event_hour, host, referrer)");
        execute("vacuum analyze processed_events_aggregated, processed_events_aggregated_source");
    }

    /** Forgets all rollups, and empties their tables, which stay. */
    void emptyRollups() throws SQLException {
        for (String table : rollups()) {
            execute("truncate " + table);
        }
        execute("delete from rollup_progress");
        execute("checkpoint");
    }

    /** What tells rollups from others: of each table its name, number of rows, hits, and a sum over all its keys. */
    List<String> fingerprint() throws SQLException {
        List<String> all = new ArrayList<>();
        for (String table : rollups()) {
            String referrer = table.contains("_source") ? "referrer" : "''";
            all.add(table
                    + text("select count(*) || ' ' || sum(num_hits) || ' '"
                            + " || sum(hashtextextended(period_start::text || host || " + referrer
                            + ", num_hits)::numeric) from "
                            + table));
        }
        return all;
    }

    static List<String> rollups() {
        List<String> all = new ArrayList<>();
        for (String table : TABLES) {
            GRAINS.forEach(each -> all.add(table + "_" + each));
        }
        return all;
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long number(String query) throws SQLException {
        return Long.parseLong(text(query));
    }

    private String text(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            if (!row.next()) {
                throw new SQLException("No row: " + query);
            }
            return String.valueOf(row.getString(1));
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
