package io.tidemark.store;

import io.tidemark.model.PageView;
import io.tidemark.model.SessionMark;
import io.tidemark.model.SessionSpan;
import io.tidemark.model.VisitorSession;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The rows of {@code processed_events_sessions}, and the rule by which a session takes the place of others.
 *
 * <p>A row tells page views that are all stored, and all of one session; it may not tell all of them. So of a session that is to
 * be written and the rows that it touches, those that it spans and that have no more hits together are its parts and give way;
 * one that spans it and has no fewer hits knows more, and stays. Anything else can only be where two jobs read the topic's
 * partitions in different turns: then neither knows all.
 *
 * <p>Those who write take turns, so that two of them never write the same session beside each other.
 */
final class SessionRows {
    private static final int ROWS_PER_STATEMENT = 5_000;
    private static final String EPOCH_PLUS = "timestamptz 'epoch' + %s * interval '1 millisecond'";

    /**
     * Each statement sees what was committed before it began, whatever the database's default is: what the writer before has
     * written, too.
     */
    private static final String EACH_STATEMENT_SEES_THE_NEWEST = "set transaction isolation level read committed";

    /** The number is arbitrary: nobody else may use it in the same database. */
    private static final String TAKE_TURN = "select pg_advisory_xact_lock(7103480116)";

    /** Sessions are few beside the rows of the table: through its index, however many there seem to be. */
    private static final String THROUGH_THE_INDEX = "set local plan_cache_mode = force_generic_plan";

    private static final String TOUCHED = """
            select w.i - 1, %s, %s, t.num_hits, t.revision
            from unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[]) with ordinality as w (host, visitor, lo, hi, i)
            join processed_events_sessions t on t.host = w.host and t.visitor_id = w.visitor
                and t.session_start <= %s and t.session_end >= %s""".formatted(
                    Sql.MILLIS.formatted("t.session_start"),
                    Sql.MILLIS.formatted("t.session_end"),
                    EPOCH_PLUS.formatted("w.hi"),
                    EPOCH_PLUS.formatted("w.lo"));

    private static final String DELETE = """
            delete from processed_events_sessions t using unnest(?::text[], ?::text[], ?::bigint[]) as w (host, visitor, start)
            where t.host = w.host and t.visitor_id = w.visitor and t.session_start = %s""".formatted(EPOCH_PLUS.formatted("w.start"));

    private static final String INSERT = """
            insert into processed_events_sessions (session_start, session_end, host, visitor_id, ip, num_hits, entry_page,
                exit_page, referrer_source, revision)
            select %s, %s, host, visitor, ip, hits, entry, exit, referrer, revision
            from unnest(?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[],
                ?::text[], ?::bigint[])
                as w (first, last, host, visitor, ip, hits, entry, exit, referrer, revision)""".formatted(EPOCH_PLUS.formatted("first"), EPOCH_PLUS.formatted("last"));

    private static final String MARK = """
            insert into session_corrections (host, visitor_id, span_start, span_end)
            select host, visitor, %s, %s
            from unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[]) as w (host, visitor, first, last)
            on conflict do nothing""".formatted(EPOCH_PLUS.formatted("first"), EPOCH_PLUS.formatted("last"));

    private SessionRows() {}

    /** A row that a session touches. */
    private record Row(long start, long end, long hits, int revision) {
        boolean spans(SessionSpan span) {
            return start <= span.startMillis() && end >= span.endMillis();
        }

        boolean isWithin(SessionSpan span) {
            return start >= span.startMillis() && end <= span.endMillis();
        }
    }

    /** A row that gives way. */
    private record Part(VisitorSession to, long start) {}

    /** A session that gets a row. */
    private record Fresh(VisitorSession session, int revision) {}

    /** Waits for the others who write; until the end of the transaction no one else writes. To be called before all else. */
    static void takeTurn(Connection connection) throws SQLException {
        try (Statement turn = connection.createStatement()) {
            turn.execute(EACH_STATEMENT_SEES_THE_NEWEST);
            turn.execute(TAKE_TURN);
        }
    }

    /**
     * Writes sessions, in the caller's turn.
     *
     * @param sessions none of a visitor within the gap of another
     * @return those of which a row tells something that they do not know; they are not written
     */
    static List<VisitorSession> put(Connection connection, List<VisitorSession> sessions, long gapMillis)
            throws SQLException {
        try (Statement settings = connection.createStatement()) {
            settings.execute(THROUGH_THE_INDEX);
        }
        List<VisitorSession> unclear = new ArrayList<>();
        for (int from = 0; from < sessions.size(); from += ROWS_PER_STATEMENT) {
            List<VisitorSession> some = sessions.subList(from, Math.min(from + ROWS_PER_STATEMENT, sessions.size()));
            List<Part> parts = new ArrayList<>();
            List<Fresh> fresh = new ArrayList<>();
            List<List<Row>> touched = touched(connection, some, gapMillis);
            for (int i = 0; i < some.size(); i++) {
                decide(some.get(i), touched.get(i), parts, fresh, unclear);
            }
            delete(connection, parts);
            insert(connection, fresh);
        }
        return unclear;
    }

    private static void decide(
            VisitorSession session, List<Row> rows, List<Part> parts, List<Fresh> fresh, List<VisitorSession> unclear) {
        SessionSpan span = session.span();
        if (rows.size() == 1 && rows.get(0).spans(span) && rows.get(0).hits() >= span.hits()) {
            return;
        }
        long hits = 0;
        int revision = 0;
        for (Row row : rows) {
            hits += row.hits();
            revision = Math.max(revision, row.revision() + 1);
            if (!row.isWithin(span) || hits > span.hits()) {
                unclear.add(session);
                return;
            }
        }
        rows.forEach(row -> parts.add(new Part(session, row.start())));
        fresh.add(new Fresh(session, revision));
    }

    private static List<List<Row>> touched(Connection connection, List<VisitorSession> sessions, long gapMillis)
            throws SQLException {
        List<List<Row>> touched = new ArrayList<>();
        sessions.forEach(session -> touched.add(new ArrayList<>()));
        try (PreparedStatement select = connection.prepareStatement(TOUCHED)) {
            select.setObject(1, texts(sessions, VisitorSession::host));
            select.setObject(2, texts(sessions, VisitorSession::visitor));
            select.setObject(3, numbers(sessions, session -> session.span().startMillis() - gapMillis));
            select.setObject(4, numbers(sessions, session -> session.span().endMillis() + gapMillis));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    touched.get(rows.getInt(1))
                            .add(new Row(rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getInt(5)));
                }
            }
        }
        return touched;
    }

    private static void delete(Connection connection, List<Part> parts) throws SQLException {
        if (parts.isEmpty()) {
            return;
        }
        try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
            delete.setObject(1, texts(parts, part -> part.to().host()));
            delete.setObject(2, texts(parts, part -> part.to().visitor()));
            delete.setObject(3, numbers(parts, Part::start));
            delete.executeUpdate();
        }
    }

    private static void insert(Connection connection, List<Fresh> fresh) throws SQLException {
        if (fresh.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setObject(1, numbers(fresh, each -> each.session().span().startMillis()));
            insert.setObject(2, numbers(fresh, each -> each.session().span().endMillis()));
            insert.setObject(3, texts(fresh, each -> each.session().host()));
            insert.setObject(4, texts(fresh, each -> each.session().visitor()));
            insert.setObject(5, fresh.stream().map(each -> first(each).ip()).toArray(String[]::new));
            insert.setObject(6, numbers(fresh, each -> each.session().span().hits()));
            insert.setObject(7, texts(fresh, each -> first(each).page()));
            insert.setObject(
                    8, texts(fresh, each -> each.session().span().last().page()));
            insert.setObject(9, texts(fresh, each -> first(each).referrerSource()));
            insert.setObject(10, numbers(fresh, Fresh::revision));
            insert.executeUpdate();
        }
    }

    private static PageView first(Fresh fresh) {
        return fresh.session().span().first();
    }

    /**
     * Marks stretches for recomputation. Marking again changes nothing.
     *
     * @param marks sorted, so that two who mark the same wait for each other rather than deadlock
     */
    static void mark(Connection connection, List<SessionMark> marks) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(MARK)) {
            for (int from = 0; from < marks.size(); from += ROWS_PER_STATEMENT) {
                List<SessionMark> some = marks.subList(from, Math.min(from + ROWS_PER_STATEMENT, marks.size()));
                insert.setObject(1, texts(some, SessionMark::host));
                insert.setObject(2, texts(some, SessionMark::visitor));
                insert.setObject(3, numbers(some, SessionMark::fromMillis));
                insert.setObject(4, numbers(some, SessionMark::toMillis));
                insert.executeUpdate();
            }
        }
    }

    private static <T> String[] texts(List<T> from, Function<T, String> text) {
        return from.stream().map(text).toArray(String[]::new);
    }

    private static <T> long[] numbers(List<T> from, ToLongFunction<T> number) {
        return from.stream().mapToLong(number).toArray();
    }
}
