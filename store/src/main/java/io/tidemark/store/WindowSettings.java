package io.tidemark.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What the windows in the aggregate tables are: one size and one kind of time, since a reader can't tell them apart. */
public final class WindowSettings {
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);
    private static final String CREATE =
            "insert into aggregate_settings (window_size_ms, time) values (?, ?) on conflict do nothing";
    private static final String READ = "select window_size_ms, time from aggregate_settings ";
    private static final String CHANGE = "update aggregate_settings set window_size_ms = ?, time = ?";
    private static final String HOLDS = """
            select case
                when exists (select from processed_events_aggregated) then 'processed_events_aggregated'
                when exists (select from processed_events_aggregated_source) then 'processed_events_aggregated_source'
                when exists (select from window_corrections) then 'window_corrections'
            end""";
    private static final String REMEDY =
            ": use another --data folder or database, or empty the tables (truncate processed_events_aggregated,"
                    + " processed_events_aggregated_source, window_corrections, aggregate_progress; and the tables that"
                    + " aggregate_tables lists)";
    private static final String FORGET_PROGRESS = "delete from aggregate_progress";

    private WindowSettings() {}

    private record Kind(long sizeMillis, String time) {}

    /**
     * Claims the aggregate tables for windows of that kind. Claiming again what is claimed changes nothing; tables without
     * rows can be claimed anew, and their progress is forgotten.
     *
     * @param time what puts an event in its window: {@code event} or {@code processing}
     * @throws StoreException if the tables hold windows of another kind
     */
    public static void claim(StoreConfig config, Duration windowSize, String time) {
        if (windowSize.toMillis() <= 0) {
            throw new IllegalArgumentException("Window size must be positive, e.g. 5m; was " + windowSize);
        }
        if (!time.equals("event") && !time.equals("processing")) {
            throw new IllegalArgumentException("Time must be event or processing; was \"" + time + "\"");
        }
        Kind wanted = new Kind(windowSize.toMillis(), time);
        try (Session session = new Session(config.connections("settings", ANSWER_WITHIN))) {
            session.transact("claim the aggregate tables", connection -> {
                claim(connection, wanted);
                return wanted;
            });
        }
    }

    private static void claim(Connection connection, Kind wanted) throws SQLException {
        set(connection, CREATE, wanted);
        Kind claimed = read(connection, "for update");
        if (claimed == null || claimed.equals(wanted)) {
            return;
        }
        String table = tableWithRows(connection);
        if (table == null) {
            set(connection, CHANGE, wanted);
            try (Statement forget = connection.createStatement()) {
                forget.executeUpdate(FORGET_PROGRESS);
            }
        } else if (claimed.sizeMillis() != wanted.sizeMillis()) {
            throw new StoreException(
                    table + " holds " + show(claimed.sizeMillis()) + " windows; --window " + show(wanted.sizeMillis())
                            + " would mix two sizes in one table" + REMEDY,
                    null);
        } else {
            throw new StoreException(
                    table + " holds windows of " + claimed.time() + " time; --time " + wanted.time()
                            + " would mix two meanings in one table" + REMEDY,
                    null);
        }
    }

    /** Fails if the tables are claimed for another size, and keeps them from being claimed anew until the commit. */
    static void check(Connection connection, long sizeMillis) throws SQLException {
        Kind claimed = read(connection, "for share");
        if (claimed != null && claimed.sizeMillis() != sizeMillis) {
            throw new StoreException(
                    "The aggregate tables were claimed for " + show(claimed.sizeMillis())
                            + " windows since this job, which counts " + show(sizeMillis)
                            + " windows, began: stop this job",
                    null);
        }
    }

    /** The size that the tables are claimed for, and keeps them from being claimed anew until the commit; empty if they are not. */
    static OptionalLong hold(Connection connection) throws SQLException {
        Kind claimed = read(connection, "for share");
        return claimed == null ? OptionalLong.empty() : OptionalLong.of(claimed.sizeMillis());
    }

    private static void set(Connection connection, String sql, Kind kind) throws SQLException {
        try (PreparedStatement set = connection.prepareStatement(sql)) {
            set.setLong(1, kind.sizeMillis());
            set.setString(2, kind.time());
            set.executeUpdate();
        }
    }

    private static @Nullable Kind read(Connection connection, String lock) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(READ + lock)) {
            return row.next() ? new Kind(row.getLong(1), row.getString(2)) : null;
        }
    }

    private static @Nullable String tableWithRows(Connection connection) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(HOLDS)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    /** As given on a command line: {@code 5m}, {@code 90s}. */
    private static String show(long millis) {
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }
}
