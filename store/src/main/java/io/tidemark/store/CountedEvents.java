package io.tidemark.store;

import io.tidemark.model.Aggregate;
import io.tidemark.model.TumblingWindows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether windows count, and sessions hold, all events of a stretch of time: once the events are gone, nothing can count them any more. */
final class CountedEvents {
    private static final String SETTINGS = """
            select s.window_size_ms, s.time, p.watermark_ms
            from aggregate_settings s left join aggregate_progress p on true""";
    private static final String MARKS = """
            select count(*) from window_corrections
            where window_start + window_size_ms * interval '1 millisecond' > %1$s and window_start < %1$s""".formatted(Sql.TIMESTAMP);

    private static final String SESSIONS = """
            select s.gap_ms, p.watermark_ms, (select count(*) from session_corrections where span_start < %s)
            from session_settings s left join session_progress p on true""".formatted(Sql.TIMESTAMP);

    /** Takes the size, thrice with two times each behind it. */
    private static final String UNCOUNTED = """
            with stored as (
                select date_bin(? * interval '1 millisecond', event_timestamp, timestamptz 'epoch') as w, host, count(*) as n
                from processed_events where event_timestamp >= %1$s and event_timestamp < %1$s group by 1, 2
            ), forgotten as (
                select date_bin(? * interval '1 millisecond', window_start, timestamptz 'epoch') as w, group_key[1] as host,
                    sum(num_hits) as n
                from forgotten_hits
                where table_name = 'processed_events_aggregated_source' and window_start >= %1$s and window_start < %1$s
                group by 1, 2
            )
            select count(distinct w), %2$s
            from stored s left join forgotten f using (w, host)
            left join processed_events_aggregated t on t.event_hour = w and t.host = s.host
            where coalesce(t.num_hits, 0) < s.n + coalesce(f.n, 0)""".formatted(Sql.TIMESTAMP, Sql.MILLIS.formatted("min(w)"));

    /** Before every event that there can be. */
    static final long EARLIEST = Instant.parse("-0001-01-01T00:00:00Z").toEpochMilli();

    private CountedEvents() {}

    /**
     * The first moment at or after that one at which a window begins: the windows before it have no event from then on.
     *
     * @return the moment itself if no windows by event time are counted
     */
    static long startOfWindow(Connection connection, long millis) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(SETTINGS)) {
            return row.next() && row.getString(2).equals("event")
                    ? -new TumblingWindows(row.getLong(1)).startOf(-millis)
                    : millis;
        }
    }

    /**
     * The day, in UTC, from which on events are needed if they can still come from that moment on: of longer windows of aggregates,
     * one that still comes has all recomputed that hold it, and these begin before it. So are those that are yet open.
     */
    static long neededFrom(Connection connection, long millis) throws SQLException {
        long size;
        long first;
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(SETTINGS)) {
            if (!row.next() || !row.getString(2).equals("event")) {
                return millis;
            }
            size = row.getLong(1);
            Long watermark = AuditQueries.number(row, 3);
            first = watermark == null ? millis : Math.min(millis, Math.max(watermark, EARLIEST));
        }
        long from = millis;
        for (Aggregate each : AggregateTables.all(connection, size)) {
            if (each.windows() != null) {
                from = Math.min(from, each.windows().firstStart(first));
            }
        }
        return from - Math.floorMod(from, EventPartition.DAY_MILLIS);
    }

    /** Why events between these times, or of a window that reaches into them, may still be needed; null if they are not. */
    static @Nullable String needed(Connection connection, long fromMillis, long toMillis) throws SQLException {
        String bySessions = neededBySessions(connection, toMillis);
        return bySessions != null ? bySessions : neededByWindows(connection, fromMillis, toMillis);
    }

    /** Sessions are recomputed from events, too. */
    private static @Nullable String neededBySessions(Connection connection, long toMillis) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(SESSIONS)) {
            read.setLong(1, toMillis);
            try (ResultSet row = read.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                Long watermark = AuditQueries.number(row, 2);
                if (watermark == null) {
                    return "the session job has closed no session yet";
                }
                if (watermark - row.getLong(1) < toMillis) {
                    return "the session job has closed sessions up to %s only"
                            .formatted(Instant.ofEpochMilli(watermark - row.getLong(1)));
                }
                long marked = row.getLong(3);
                return marked == 0
                        ? null
                        : marked + (marked == 1 ? " session waits" : " sessions wait")
                                + " to be recomputed from events";
            }
        }
    }

    private static @Nullable String neededByWindows(Connection connection, long fromMillis, long toMillis)
            throws SQLException {
        long size;
        long watermark;
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(SETTINGS)) {
            if (!row.next() || !row.getString(2).equals("event")) {
                return null;
            }
            size = row.getLong(1);
            watermark = row.getLong(3);
            if (row.wasNull()) {
                return "the aggregate job has closed no window yet";
            }
        }
        TumblingWindows windows = new TumblingWindows(size);
        long from = windows.startOf(Math.max(fromMillis, EARLIEST));
        long to = -windows.startOf(-toMillis);
        if (watermark < to) {
            return "the aggregate job has closed windows up to %s only".formatted(Instant.ofEpochMilli(watermark));
        }
        long marked = marked(connection, from, to);
        if (marked > 0) {
            return marked + (marked == 1 ? " window waits" : " windows wait") + " to be recomputed from its events";
        }
        return uncounted(connection, size, from, to);
    }

    private static long marked(Connection connection, long from, long to) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement(MARKS)) {
            count.setLong(1, from);
            count.setLong(2, to);
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static @Nullable String uncounted(Connection connection, long size, long from, long to)
            throws SQLException {
        try (PreparedStatement compare = connection.prepareStatement(UNCOUNTED)) {
            compare.setLong(1, size);
            compare.setLong(2, from);
            compare.setLong(3, to);
            compare.setLong(4, size);
            compare.setLong(5, from);
            compare.setLong(6, to);
            try (ResultSet row = compare.executeQuery()) {
                row.next();
                long windows = row.getLong(1);
                return windows == 0
                        ? null
                        : "%,d %s fewer page views than are stored, the first at %s"
                                .formatted(
                                        windows,
                                        windows == 1 ? "window counts" : "windows count",
                                        Instant.ofEpochMilli(row.getLong(2)));
            }
        }
    }
}
