package io.tidemark.store;

import io.tidemark.model.DurationText;
import io.tidemark.model.SessionsBy;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions in {@code processed_events_sessions} are: one gap, and sessions either by visitor or by address, since a
 * reader can't tell them apart.
 *
 * @param gapMillis page views that are no further apart belong to one session; positive
 * @param by whose page views make up a session
 */
public record SessionSettings(long gapMillis, SessionsBy by) implements Serializable {
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);
    private static final Duration LONGEST_GAP = Duration.ofDays(30);
    private static final String CREATE =
            "insert into session_settings (gap_ms, by) values (?, ?) on conflict do nothing";
    private static final String READ = "select gap_ms, by from session_settings ";
    private static final String CHANGE = "update session_settings set gap_ms = ?, by = ?";
    private static final String HOLDS =
            "select exists (select from processed_events_sessions)" + " or exists (select from session_corrections)";
    private static final String FORGET_PROGRESS = "delete from session_progress";

    public SessionSettings {
        if (gapMillis <= 0 || gapMillis > LONGEST_GAP.toMillis()) {
            throw new IllegalArgumentException("The gap must be positive and at most 30d, e.g. 5m; was "
                    + DurationText.show(Duration.ofMillis(gapMillis)));
        }
    }

    /** With that gap. */
    public static SessionSettings of(Duration gap, SessionsBy by) {
        return new SessionSettings(gap.toMillis(), by);
    }

    /**
     * Claims the table for such sessions. Claiming again what is claimed changes nothing; a table without rows can be claimed
     * anew, and its progress is forgotten.
     *
     * @throws StoreException if the table holds sessions of another kind
     */
    public static void claim(StoreConfig config, SessionSettings wanted) {
        try (Session session = new Session(config.connections("settings", ANSWER_WITHIN))) {
            session.transact("claim the table of sessions", connection -> {
                claim(connection, wanted);
                return wanted;
            });
        }
    }

    private static void claim(Connection connection, SessionSettings wanted) throws SQLException {
        set(connection, CREATE, wanted);
        SessionSettings claimed = read(connection, "for update");
        if (claimed == null || claimed.equals(wanted)) {
            return;
        }
        if (holdsSessions(connection)) {
            throw new StoreException(
                    ("processed_events_sessions holds sessions %s, and would mix them with sessions %s: use another --data"
                                    + " folder or database, or empty the tables (truncate processed_events_sessions,"
                                    + " session_corrections, session_progress)")
                            .formatted(claimed.show(), wanted.show()),
                    null);
        }
        set(connection, CHANGE, wanted);
        try (Statement forget = connection.createStatement()) {
            forget.executeUpdate(FORGET_PROGRESS);
        }
    }

    /** Fails if the table is claimed for others, and keeps it from being claimed anew until the commit. */
    static void check(Connection connection, SessionSettings written) throws SQLException {
        SessionSettings claimed = read(connection, "for share");
        if (claimed != null && !claimed.equals(written)) {
            throw new StoreException(
                    "The table of sessions was claimed for sessions %s since this job, which makes sessions %s, began: stop this job"
                            .formatted(claimed.show(), written.show()),
                    null);
        }
    }

    /** Null if no session job was submitted yet. */
    static @Nullable SessionSettings read(Connection connection, String lock) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(READ + lock)) {
            return row.next()
                    ? new SessionSettings(
                            row.getLong(1), SessionsBy.valueOf(row.getString(2).toUpperCase(Locale.ROOT)))
                    : null;
        }
    }

    private static boolean holdsSessions(Connection connection) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(HOLDS)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static void set(Connection connection, String sql, SessionSettings settings) throws SQLException {
        try (PreparedStatement set = connection.prepareStatement(sql)) {
            set.setLong(1, settings.gapMillis);
            set.setString(2, settings.by.code());
            set.executeUpdate();
        }
    }

    /** For people: {@code by visitor with a gap of 5m}. */
    public String show() {
        return "by %s with a gap of %s".formatted(by.code(), DurationText.show(Duration.ofMillis(gapMillis)));
    }
}
