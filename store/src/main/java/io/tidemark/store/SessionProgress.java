package io.tidemark.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * The table {@code session_progress}: up to when all sessions are closed, and written or marked. Only ever moves on, except by
 * {@link #reopen}. Not thread-safe; connects when first used.
 */
public final class SessionProgress implements AutoCloseable {
    /** All there was has been dealt with: a run to the end of the topic has ended. */
    public static final long ALL = Long.MAX_VALUE;

    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);

    private static final String ADVANCE = """
            insert into session_progress as t (watermark_ms) values (?)
            on conflict (only_row) do update set watermark_ms = excluded.watermark_ms, updated_at = now()
            where t.watermark_ms < excluded.watermark_ms""";

    private static final String REOPEN = """
            update session_progress
            set updated_at = now(),
                watermark_ms = coalesce((select\s""" + Sql.MILLIS.formatted("max(session_end)") + """
             from processed_events_sessions), 0)
            where watermark_ms = ?""";

    private static final String READ = "select watermark_ms from session_progress";

    private final Session session;
    private final SessionSettings settings;

    /** For a job: waits for as long as Postgres is away. */
    public SessionProgress(StoreConfig config, SessionSettings settings) {
        this.session = Session.patient(config.writerConnections("session-progress", ANSWER_WITHIN));
        this.settings = settings;
    }

    /**
     * Reads it once, for a command.
     *
     * @return every session that ended the gap or longer before it is closed, and written or marked: milliseconds since the
     *     epoch, or {@link #ALL}; empty if none is
     */
    public static OptionalLong reached(StoreConfig config) {
        try (Session once = new Session(config.connections("session-progress", ANSWER_WITHIN))) {
            return once.transact("read the progress of the sessions", connection -> {
                try (Statement read = connection.createStatement();
                        ResultSet row = read.executeQuery(READ)) {
                    return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
                }
            });
        }
    }

    /** Whether it waits for Postgres. */
    public Waiting waiting() {
        return session.waiting();
    }

    /**
     * Says that every session that ended the gap or longer before the watermark is closed, and written or marked. Less than what
     * is there changes nothing.
     *
     * @param watermarkMillis milliseconds since the epoch, or {@link #ALL}
     * @throws StoreException also if the table is claimed for sessions of another kind, see {@link SessionSettings}
     */
    public void advance(long watermarkMillis) {
        session.transact("store the progress of the sessions", connection -> {
            SessionSettings.check(connection, settings);
            try (PreparedStatement advance = connection.prepareStatement(ADVANCE)) {
                advance.setLong(1, watermarkMillis);
                return advance.executeUpdate();
            }
        });
    }

    /**
     * To be called when a job without end begins. Where a run to the end had dealt with {@link #ALL}, the newest sessions are
     * open again.
     */
    public void reopen() {
        session.transact("open the newest sessions again", connection -> {
            try (PreparedStatement reopen = connection.prepareStatement(REOPEN)) {
                reopen.setLong(1, ALL);
                return reopen.executeUpdate();
            }
        });
    }

    @Override
    public void close() {
        session.close();
    }
}
