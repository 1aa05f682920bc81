package io.tidemark.store;

import io.tidemark.model.Dimension;
import io.tidemark.model.PageView;
import io.tidemark.model.SessionMark;
import io.tidemark.model.SessionSpan;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.VisitorSession;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The sessions that the stored page views make up around some marks. How far such a session reaches is not known before: what
 * was stored around the marks is read, and of those whose session may go on beyond that, more and more.
 */
final class SessionRecount {
    private static final int ROWS_AT_ONCE = 10_000;
    private static final long FIRST_REACH_MILLIS = Duration.ofMinutes(30).toMillis();
    private static final int FURTHER = 4;

    /** The years in which an event can be. */
    private static final long EARLIEST = Instant.parse("-0001-01-01T00:00:00Z").toEpochMilli();

    private static final long LATEST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    /** In the order of {@link PageView}, so that a session is known once the next one begins. */
    private static final String VIEWS = """
            select e.host, e.%%1$s, %s, e.source_topic_id, e.source_partition, e.source_offset, e.url, e.referrer_source, e.ip
            from (select distinct host, visitor from unnest(?::text[], ?::text[]) as w (host, visitor)) w
            join processed_events e on e.host = w.host and e.%%1$s = w.visitor
            where e.event_timestamp >= %s and e.event_timestamp <= %2$s
            order by e.host, e.%%1$s, e.event_timestamp, e.source_topic_id, e.source_partition, e.source_offset""".formatted(Sql.MILLIS.formatted("e.event_timestamp"), Sql.TIMESTAMP);

    private SessionRecount() {}

    private record Key(String host, String visitor) {}

    /** Each session that has a page view in a marked stretch, once. */
    static List<VisitorSession> sessions(Connection connection, SessionSettings settings, List<SessionMark> marks)
            throws SQLException {
        try (Statement plan = connection.createStatement()) {
            plan.execute("set local plan_cache_mode = force_custom_plan");
        }
        Set<VisitorSession> found = new LinkedHashSet<>();
        long reach = Math.max(settings.gapMillis(), FIRST_REACH_MILLIS);
        List<SessionMark> open = marks;
        while (!open.isEmpty()) {
            long from = EARLIEST;
            long to = LATEST;
            if (reach < LATEST - EARLIEST) {
                from = Math.max(
                        EARLIEST,
                        open.stream().mapToLong(SessionMark::fromMillis).min().getAsLong() - reach);
                to = Math.min(
                        LATEST,
                        open.stream().mapToLong(SessionMark::toMillis).max().getAsLong() + reach);
            }
            open = settle(settings, open, read(connection, settings, open, from, to), from, to, found);
            reach *= FURTHER;
        }
        return new ArrayList<>(found);
    }

    /** The marks of which a session may go on beyond what was read. */
    private static List<SessionMark> settle(
            SessionSettings settings,
            List<SessionMark> marks,
            Map<Key, List<SessionSpan>> read,
            long from,
            long to,
            Set<VisitorSession> found) {
        List<SessionMark> open = new ArrayList<>();
        for (SessionMark mark : marks) {
            List<VisitorSession> marked = new ArrayList<>();
            boolean whole = true;
            for (SessionSpan span : read.getOrDefault(new Key(mark.host(), mark.visitor()), List.of())) {
                if (span.endMillis() >= mark.fromMillis() && span.startMillis() <= mark.toMillis()) {
                    whole &= from == EARLIEST || span.startMillis() - from >= settings.gapMillis();
                    whole &= to == LATEST || to - span.endMillis() >= settings.gapMillis();
                    marked.add(new VisitorSession(mark.host(), mark.visitor(), span));
                }
            }
            if (whole) {
                found.addAll(marked);
            } else {
                open.add(mark);
            }
        }
        return open;
    }

    private static Map<Key, List<SessionSpan>> read(
            Connection connection, SessionSettings settings, List<SessionMark> marks, long from, long to)
            throws SQLException {
        Map<Key, List<SessionSpan>> sessions = new HashMap<>();
        try (PreparedStatement select =
                connection.prepareStatement(VIEWS.formatted(settings.by().column()))) {
            select.setFetchSize(ROWS_AT_ONCE);
            select.setObject(1, marks.stream().map(SessionMark::host).toArray(String[]::new));
            select.setObject(2, marks.stream().map(SessionMark::visitor).toArray(String[]::new));
            select.setLong(3, from);
            select.setLong(4, to);
            try (ResultSet views = select.executeQuery()) {
                while (views.next()) {
                    List<SessionSpan> ofKey = sessions.computeIfAbsent(
                            new Key(views.getString(1), views.getString(2)), key -> new ArrayList<>());
                    SessionSpan.append(ofKey, view(views), settings.gapMillis());
                }
            }
        }
        return sessions;
    }

    private static PageView view(ResultSet row) throws SQLException {
        return new PageView(
                row.getLong(3),
                new SourceCoordinates(row.getObject(4, UUID.class), row.getInt(5), row.getLong(6)),
                Dimension.PATH.of(row.getString(7)),
                Dimension.REFERRER_SOURCE.of(row.getString(8)),
                row.getString(9));
    }
}
