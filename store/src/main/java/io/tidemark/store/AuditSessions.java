package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.SessionsBy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sessions at one moment, and where they are not those of the stored events.
 *
 * @param settings what they are; empty as long as no session job was submitted
 * @param checked sessions that are closed, of visitors of whom none is marked to be recomputed
 * @param hits page views in them
 * @param marked stretches that wait to be recomputed
 * @param open sessions that are not closed yet
 * @param differences the first of them
 * @param differing how many there are
 */
public record AuditSessions(
        Optional<SessionSettings> settings,
        long checked,
        long hits,
        long marked,
        long open,
        List<Difference> differences,
        long differing) {
    private static final String WATERMARK = "select watermark_ms from session_progress";

    /** The years in which an event can be; a watermark beyond them closes all sessions, or none. */
    private static final long EARLIEST = Instant.parse("-0001-01-01T00:00:00Z").toEpochMilli();

    private static final long LATEST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    /**
     * The sessions that the events make up, beside the rows. A session that a late event has opened again keeps its row until it
     * closes: rows within an open session are left out. So are those that begin before the events that are kept, or within the gap
     * behind, which may be the rest of one. Takes the start of the events that are kept; the gap; the end of what is closed; the
     * first start; the end twice; the first start; how many to name.
     */
    private static final String COMPARE = """
            with marked as materialized (
                select distinct host, visitor_id as visitor from session_corrections
            ), views as (
                select host, %1$s as visitor, event_timestamp as t,
                    event_timestamp - lag(event_timestamp) over (partition by host, %1$s order by event_timestamp) as pause
                from processed_events where %1$s <> '' and event_timestamp >= %2$s
            ), numbered as (
                select host, visitor, t, count(*) filter (where pause is null or pause > ? * interval '1 millisecond')
                    over (partition by host, visitor order by t) as n
                from views
            ), sessions as materialized (
                select host, visitor, min(t) as s, max(t) as e, count(*) as n from numbered
                group by host, visitor, numbered.n
            ), wanted as (
                select host, visitor, s, e, n from sessions
                where e <= %2$s and s > %2$s
                    and not exists (select from marked m where m.host = sessions.host and m.visitor = sessions.visitor)
            ), open as materialized (
                select host, visitor, s, e from sessions where e > %2$s
            ), found as (
                select host, visitor_id as visitor, session_start as s, session_end as e, num_hits as n
                from processed_events_sessions t
                where session_end <= %2$s and session_start > %2$s
                    and not exists (select from marked m where m.host = t.host and m.visitor = t.visitor_id)
                    and not exists (select from open o where o.host = t.host and o.visitor = t.visitor_id
                        and t.session_start between o.s and o.e)
            ), pairs as materialized (
                select host, visitor, s, f.e as found_e, f.n as found_n, w.e as wanted_e, w.n as wanted_n
                from found f full join wanted w using (host, visitor, s)
            ), named as (
                select *, count(*) over () as differing from pairs
                where found_n is distinct from wanted_n or found_e is distinct from wanted_e
                order by s, host, visitor limit ?
            ), in_all as (
                select count(found_n) as sessions, coalesce(sum(found_n), 0)::bigint as hits from pairs
            )
            select a.sessions, a.hits, (select count(*) from open), (select count(*) from session_corrections),
                coalesce(n.differing, 0), n.host, n.visitor, %3$s, %4$s, n.found_n, %5$s, n.wanted_n
            from in_all a left join named n on true order by n.s, n.host, n.visitor""";

    public AuditSessions {
        requireNonNull(settings, "settings is null");
        differences = List.copyOf(differences);
    }

    /**
     * A session on which rows and events differ.
     *
     * @param startMillis milliseconds since the epoch
     * @param found as a row has it, null if there is none
     * @param wanted as the events have it, null if there is none
     */
    public record Difference(
            String host,
            String visitor,
            long startMillis,
            @Nullable Told found,
            @Nullable Told wanted) {
        public Difference {
            requireNonNull(host, "host is null");
            requireNonNull(visitor, "visitor is null");
        }
    }

    /**
     * What is told of a session.
     *
     * @param endMillis milliseconds since the epoch
     */
    public record Told(long endMillis, long hits) {}

    /** Nothing was made yet. */
    static AuditSessions none() {
        return new AuditSessions(Optional.empty(), 0, 0, 0, 0, List.of(), 0);
    }

    /** @param most how many differences to name; all are counted */
    static AuditSessions read(Connection connection, int most) throws SQLException {
        SessionSettings settings = SessionSettings.read(connection, "");
        if (settings == null) {
            return none();
        }
        long closedBy = closedBy(connection, settings.gapMillis());
        try (PreparedStatement select = connection.prepareStatement(sql(settings.by()))) {
            long eventsFrom = Math.max(EARLIEST, RetentionHorizon.eventsFrom(connection));
            long firstStart = eventsFrom == EARLIEST ? EARLIEST : eventsFrom + settings.gapMillis();
            select.setLong(1, eventsFrom);
            select.setLong(2, settings.gapMillis());
            select.setLong(3, closedBy);
            select.setLong(4, firstStart);
            select.setLong(5, closedBy);
            select.setLong(6, closedBy);
            select.setLong(7, firstStart);
            select.setInt(8, most);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                long sessions = row.getLong(1);
                long hits = row.getLong(2);
                long open = row.getLong(3);
                long marked = row.getLong(4);
                long differing = row.getLong(5);
                List<Difference> differences = new ArrayList<>();
                do {
                    String host = row.getString(6);
                    if (host != null) {
                        differences.add(
                                new Difference(host, row.getString(7), row.getLong(8), told(row, 9), told(row, 11)));
                    }
                } while (row.next());
                return new AuditSessions(Optional.of(settings), sessions, hits, marked, open, differences, differing);
            }
        }
    }

    private static String sql(SessionsBy by) {
        return COMPARE.formatted(
                by.column(),
                Sql.TIMESTAMP,
                Sql.MILLIS.formatted("n.s"),
                Sql.MILLIS.formatted("n.found_e"),
                Sql.MILLIS.formatted("n.wanted_e"));
    }

    private static @Nullable Told told(ResultSet row, int column) throws SQLException {
        Long end = AuditQueries.number(row, column);
        return end == null ? null : new Told(end, row.getLong(column + 1));
    }

    /** Sessions that have ended by then are closed, and written or marked. */
    private static long closedBy(Connection connection, long gapMillis) throws SQLException {
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(WATERMARK)) {
            long watermark = row.next() ? row.getLong(1) : Long.MIN_VALUE;
            return watermark < EARLIEST + gapMillis ? EARLIEST : Math.min(watermark - gapMillis, LATEST);
        }
    }
}
