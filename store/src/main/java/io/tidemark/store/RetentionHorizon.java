package io.tidemark.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The table {@code retention_horizon}: how far back things are kept. Whoever writes events holds a shared lock from before he reads
 * it until he has committed, and whoever moves it holds the same lock alone. So once it is moved, no event from before it will
 * come into the table any more.
 */
final class RetentionHorizon {
    /** The number is arbitrary: nobody else may use it in the same database. */
    private static final String HOLD = "select pg_advisory_xact_lock_shared(7103480122)";

    private static final String HOLD_ALONE = "select pg_advisory_xact_lock(7103480122)";
    private static final String EVENTS_FROM =
            "select " + Sql.MILLIS.formatted("events_from") + " from retention_horizon";
    private static final String WINDOWS_FROM =
            "select " + Sql.MILLIS.formatted("windows_from") + " from retention_horizon";
    private static final String MOVE_EVENTS = """
            update retention_horizon set events_from = greatest(events_from, %s)""".formatted(Sql.TIMESTAMP);
    private static final String MOVE_WINDOWS = """
            update retention_horizon set windows_from = greatest(windows_from, %s)""".formatted(Sql.TIMESTAMP);

    /** The start, in milliseconds, of the first window that is written; asked once a statement. */
    static final String WINDOWS_FROM_MILLIS = "coalesce((select %s from retention_horizon), -9223372036854775808)"
            .formatted(Sql.MILLIS.formatted("windows_from"));

    private RetentionHorizon() {}

    /** Events from before it are expired; {@link Long#MIN_VALUE} if none is. Milliseconds since the epoch. */
    static long eventsFrom(Connection connection) throws SQLException {
        return read(connection, EVENTS_FROM);
    }

    /** Windows that start before it may be gone; {@link Long#MIN_VALUE} if all are kept. Milliseconds since the epoch. */
    static long windowsFrom(Connection connection) throws SQLException {
        return read(connection, WINDOWS_FROM);
    }

    /** As {@link #eventsFrom}, and it stays so until the end of the transaction. */
    static long holdEventsFrom(Connection connection) throws SQLException {
        try (Statement both = connection.createStatement()) {
            // In one message, and yet two statements: the second sees what was committed while the first waited.
            both.execute(HOLD + ";" + EVENTS_FROM);
            both.getMoreResults();
            try (ResultSet row = both.getResultSet()) {
                return value(row);
            }
        }
    }

    /** Waits for all who are writing; from the commit on, what is older is rejected. Never goes back. */
    static void moveEventsFrom(Connection connection, long millis) throws SQLException {
        try (Statement hold = connection.createStatement()) {
            hold.execute(HOLD_ALONE);
        }
        set(connection, MOVE_EVENTS, millis);
    }

    /** The caller keeps those who write windows away, see {@link WindowSettings}. Never goes back. */
    static void moveWindowsFrom(Connection connection, long millis) throws SQLException {
        set(connection, MOVE_WINDOWS, millis);
    }

    private static void set(Connection connection, String sql, long millis) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setLong(1, millis);
            if (update.executeUpdate() != 1) {
                throw new SQLException("retention_horizon has not one row: was it deleted?", "P0002");
            }
        }
    }

    private static long read(Connection connection, String sql) throws SQLException {
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(sql)) {
            return value(row);
        }
    }

    private static long value(ResultSet row) throws SQLException {
        Long value = row.next() ? AuditQueries.number(row, 1) : null;
        return value == null ? Long.MIN_VALUE : value;
    }
}
