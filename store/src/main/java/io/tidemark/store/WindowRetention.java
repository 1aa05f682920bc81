package io.tidemark.store;

import io.tidemark.store.RetentionStep.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What goes of the tables of windows, and of sessions, within transactions of the caller's: what the rollups hold, too. */
final class WindowRetention {
    private static final int ROWS_AT_ONCE = 50_000;

    private static final String SESSIONS = "processed_events_sessions";
    private static final String TABLES = """
            select t from unnest(array['processed_events_aggregated', 'processed_events_aggregated_source', '%s']) t
            union all
            (select table_name from aggregate_tables where to_regclass(quote_ident(table_name)) is not null order by 1)""".formatted(SESSIONS);
    private static final String TIME_ZONE = "select time_zone from rollup_settings";
    private static final String COUNT = "select count(*) from %s where %s < " + Sql.TIMESTAMP;
    private static final String ROLLED_UP =
            """
            select grain, %1$s, %2$s from rollup_progress where table_name = ? order by 3""".formatted(Sql.MILLIS.formatted("complete_to"), Sql.MILLIS.formatted("touched_from"));
    private static final String TOUCHED = """
            select exists (select from %%s where %%s < %1$s and updated_at >= (
                select min(touched_from) from rollup_progress where table_name = ?))""".formatted(Sql.TIMESTAMP);
    private static final String DELETE = """
            delete from %%1$s where ctid = any (array(select ctid from %%1$s where %%2$s < %1$s limit %2$d))""".formatted(Sql.TIMESTAMP, ROWS_AT_ONCE);

    /** Whoever writes windows holds it shared. */
    private static final String KEEP_WRITERS_AWAY = "select from aggregate_settings for update";

    private WindowRetention() {}

    /**
     * Start of the first day whose windows are kept: of the rollups' days, and as long as there are none, of UTC's.
     *
     * @param notAfter start of the events that are kept, whose windows may still be written
     */
    static long cut(Connection connection, int days, Clock clock, long notAfter) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(TIME_ZONE)) {
            ZoneId zone = row.next() ? ZoneId.of(row.getString(1)) : ZoneOffset.UTC;
            LocalDate day = LocalDate.now(clock.withZone(zone)).minusDays(days);
            while (startOf(day, zone) > notAfter) {
                day = day.minusDays(1);
            }
            return startOf(day, zone);
        }
    }

    private static long startOf(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant().toEpochMilli();
    }

    /** Until the end of the transaction no window is written. */
    static void keepWritersAway(Connection connection) throws SQLException {
        try (Statement lock = connection.createStatement()) {
            lock.execute(KEEP_WRITERS_AWAY);
        }
    }

    /** What is older than that. */
    static List<RetentionStep> steps(Connection connection, long cutMillis) throws SQLException {
        List<RetentionStep> steps = new ArrayList<>();
        for (String table : tables(connection)) {
            long rows = number(connection, COUNT.formatted(Sql.quoted(table), time(table)), cutMillis);
            if (rows > 0) {
                steps.add(new RetentionStep(Kind.WINDOWS, table, Long.MIN_VALUE, cutMillis, rows, -1, null));
            }
        }
        return steps;
    }

    /** The step, kept if a rollup lacks some of it; not of a table that is never rolled up. */
    static RetentionStep checked(Connection connection, RetentionStep step) throws SQLException {
        if (RollupTables.overlapping(connection).contains(step.name())) {
            return step;
        }
        String needed = needed(connection, step.name(), step.toMillis());
        return needed == null ? step : step.keptSince(needed);
    }

    /** The column by which its rows are old. */
    private static String time(String table) {
        return table.equals(SESSIONS) ? "session_start" : "event_hour";
    }

    private static List<String> tables(Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(TABLES)) {
            while (row.next()) {
                tables.add(row.getString(1));
            }
        }
        return tables;
    }

    /** Why its windows may still be needed; null if every rollup has them. */
    private static @Nullable String needed(Connection connection, String table, long cutMillis) throws SQLException {
        boolean rolledUp = false;
        try (PreparedStatement read = connection.prepareStatement(ROLLED_UP)) {
            read.setString(1, table);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    rolledUp = true;
                    Long completeTo = AuditQueries.number(row, 2);
                    if (completeTo == null || completeTo < cutMillis) {
                        return "its rollup by %s does not reach that far yet".formatted(row.getString(1));
                    }
                }
            }
        }
        if (!rolledUp) {
            return "it is not rolled up";
        }
        try (PreparedStatement ask = connection.prepareStatement(TOUCHED.formatted(Sql.quoted(table), time(table)))) {
            ask.setLong(1, cutMillis);
            ask.setString(2, table);
            try (ResultSet row = ask.executeQuery()) {
                row.next();
                return row.getBoolean(1) ? "some of its rows were written since they were rolled up" : null;
            }
        }
    }

    /** Deletes some of the rows; returns how many, none once all are gone. */
    static int deleteSome(Connection connection, RetentionStep step) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement(DELETE.formatted(Sql.quoted(step.name()), time(step.name())))) {
            delete.setLong(1, step.toMillis());
            return delete.executeUpdate();
        }
    }

    private static long number(Connection connection, String sql, long millis) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, millis);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
