package io.tidemark.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * The table {@code aggregate_progress}: up to when all windows are closed, and written to both aggregate tables. Only ever
 * moves on, except by {@link #reopen}. Not thread-safe; connects when first used.
 */
public final class WindowProgress implements AutoCloseable {
    /** All there was has been counted: a run to the end of the topic has ended. */
    public static final long ALL = Long.MAX_VALUE;

    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);

    private static final String ADVANCE = """
            insert into aggregate_progress as t (watermark_ms) values (?)
            on conflict (only_row) do update set watermark_ms = excluded.watermark_ms, updated_at = now()
            where t.watermark_ms < excluded.watermark_ms""";

    private static final String REOPEN = """
            update aggregate_progress
            set updated_at = now(),
                watermark_ms = coalesce((select\s""" + Sql.MILLIS.formatted("max(event_hour)") + """
             - 1 from processed_events_aggregated), 0)
            where watermark_ms = ?""";

    private static final String READ = "select watermark_ms from aggregate_progress";

    private final Session session;

    /** For a job: waits for as long as Postgres is away. */
    public WindowProgress(StoreConfig config) {
        this(Session.patient(config.writerConnections("progress", ANSWER_WITHIN)));
    }

    /** Reads it once, for a command. */
    public static OptionalLong reached(StoreConfig config) {
        try (WindowProgress once = new WindowProgress(new Session(config.connections("progress", ANSWER_WITHIN)))) {
            return once.reached();
        }
    }

    WindowProgress(Session session) {
        this.session = session;
    }

    /** Whether it waits for Postgres. */
    public Waiting waiting() {
        return session.waiting();
    }

    /**
     * Says that every window that ends at or before the watermark is closed and written. Less than what is there changes
     * nothing.
     *
     * @param watermarkMillis milliseconds since the epoch, or {@link #ALL}
     * @param windowSizeMillis size of the windows
     * @throws StoreException also if the tables are claimed for windows of another size, see {@link WindowSettings}
     */
    public void advance(long watermarkMillis, long windowSizeMillis) {
        session.transact("store the progress of the windows", connection -> {
            WindowSettings.check(connection, windowSizeMillis);
            try (PreparedStatement advance = connection.prepareStatement(ADVANCE)) {
                advance.setLong(1, watermarkMillis);
                return advance.executeUpdate();
            }
        });
    }

    /** Up to when all windows are closed and written: milliseconds since the epoch, or {@link #ALL}; empty if none is. */
    private OptionalLong reached() {
        return session.transact("read the progress of the windows", connection -> {
            try (Statement read = connection.createStatement();
                    ResultSet row = read.executeQuery(READ)) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        });
    }

    /**
     * To be called when a job without end begins. Where a run to the end had counted {@link #ALL}, the newest window and
     * those after it are open again.
     */
    public void reopen() {
        session.transact("open the newest window again", connection -> {
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
