package io.tidemark.store;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;

import io.tidemark.model.SessionMark;
import io.tidemark.model.VisitorSession;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions that the job cannot know whole: marked, and recomputed from {@code processed_events}. Not thread-safe; connects when
 * first used.
 *
 * <p>A mark is made after the rows of the page views it is made for were committed: the job reads a page view only once it is
 * stored. None of them is missed, for the reasons that {@link Corrections} gives of windows. And no row tells of a page view
 * that a recomputation does not see: it reads in its turn, after whoever wrote the row has committed, who had read no page
 * view that was not stored. So what is recomputed always takes the place of what it touches.
 */
public final class SessionCorrections implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionCorrections.class);

    /** A recomputation reads as much as was stored while the visitors were there. */
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(5);

    /** How long the server may work on several marks, while the writers wait; then fewer are tried. */
    private static final Duration RECOMPUTE_WITHIN = Duration.ofSeconds(20);

    private static final int MOST_AT_ONCE = 2_000;

    /** Marks no further apart are recomputed by one read. */
    private static final long TOGETHER_MILLIS = Duration.ofMinutes(30).toMillis();

    private static final String TAKE =
            """
            with oldest as materialized (
                select host, visitor_id, span_start, span_end from session_corrections order by span_start limit ?
            )
            delete from session_corrections c using oldest o
            where c.host = o.host and c.visitor_id = o.visitor_id and c.span_start = o.span_start
                and c.span_end = o.span_end
            returning c.host, c.visitor_id, %s, %s""".formatted(Sql.MILLIS.formatted("c.span_start"), Sql.MILLIS.formatted("c.span_end"));

    private final Session session;
    private final SessionSettings settings;
    private int atOnce = MOST_AT_ONCE;

    public SessionCorrections(StoreConfig config, SessionSettings settings) {
        this(Session.patient(config.writerConnections("session-corrections", ANSWER_WITHIN)), settings);
    }

    SessionCorrections(Session session, SessionSettings settings) {
        this.session = session;
        this.settings = settings;
    }

    /** Whether it waits for Postgres now; to be asked from any thread. */
    public Waiting waiting() {
        return session.waiting();
    }

    /** In the order in which marks are made: so that two who make the same wait for each other rather than deadlock. */
    static List<SessionMark> inOrder(Collection<SessionMark> marks) {
        return marks.stream()
                .distinct()
                .sorted(comparing(SessionMark::host)
                        .thenComparing(SessionMark::visitor)
                        .thenComparingLong(SessionMark::fromMillis)
                        .thenComparingLong(SessionMark::toMillis))
                .toList();
    }

    /** Marks stretches for recomputation. Marking again changes nothing. Every page view in them must be stored by now. */
    public void mark(Collection<SessionMark> marks) {
        if (marks.isEmpty()) {
            return;
        }
        List<SessionMark> sorted = inOrder(marks);
        session.transact("mark " + sorted.size() + " sessions for correction", connection -> {
            SessionSettings.check(connection, settings);
            SessionRows.mark(connection, sorted);
            return sorted.size();
        });
    }

    /**
     * Recomputes, in one transaction, the sessions of marked stretches, two thousand at the most; fewer while they take too long.
     * Waits while another process writes sessions.
     *
     * @return number of marks dealt with; 0 if there is none
     */
    public int recomputeMarked() {
        int[] attempts = {0};
        int done = session.transact("recompute the sessions marked for correction", connection -> {
            if (attempts[0]++ > 0) {
                atOnce = Math.max(1, atOnce / 2);
            }
            SessionRows.takeTurn(connection);
            SessionSettings.check(connection, settings);
            List<SessionMark> marks = takeMarks(connection, atOnce);
            limitTime(connection, atOnce == 1 ? Duration.ZERO : RECOMPUTE_WITHIN);
            for (List<SessionMark> together : together(marks)) {
                recompute(connection, together);
            }
            return marks.size();
        });
        atOnce = Math.min(MOST_AT_ONCE, atOnce * 2);
        return done;
    }

    /** Zero is no limit. */
    private static void limitTime(Connection connection, Duration limit) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local statement_timeout = " + limit.toMillis());
        }
    }

    private static List<SessionMark> takeMarks(Connection connection, int most) throws SQLException {
        List<SessionMark> marks = new ArrayList<>();
        try (PreparedStatement take = connection.prepareStatement(TAKE)) {
            take.setInt(1, most);
            try (ResultSet taken = take.executeQuery()) {
                while (taken.next()) {
                    marks.add(new SessionMark(
                            taken.getString(1), taken.getString(2), taken.getLong(3), taken.getLong(4)));
                }
            }
        }
        marks.sort(comparingLong(SessionMark::fromMillis));
        return marks;
    }

    private static List<List<SessionMark>> together(List<SessionMark> sorted) {
        List<List<SessionMark>> all = new ArrayList<>();
        List<SessionMark> newest = new ArrayList<>();
        long end = Long.MIN_VALUE;
        for (SessionMark mark : sorted) {
            if (!newest.isEmpty() && mark.fromMillis() - end > TOGETHER_MILLIS) {
                all.add(newest);
                newest = new ArrayList<>();
                end = Long.MIN_VALUE;
            }
            newest.add(mark);
            end = Math.max(end, mark.toMillis());
        }
        if (!newest.isEmpty()) {
            all.add(newest);
        }
        return all;
    }

    private void recompute(Connection connection, List<SessionMark> marks) throws SQLException {
        List<VisitorSession> sessions = SessionRecount.sessions(connection, settings, marks);
        List<VisitorSession> unclear = SessionRows.put(connection, sessions, settings.gapMillis());
        if (!unclear.isEmpty()) {
            // Never less than what was told before: the rows stay.
            LOG.warn(
                    "{} sessions stay as they are, of which processed_events holds less than their rows tell, such as {}:"
                            + " were events deleted?",
                    unclear.size(),
                    unclear.get(0));
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
