package io.tidemark.store;

import io.tidemark.model.SessionMark;
import io.tidemark.model.SessionSpan;
import io.tidemark.model.VisitorSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores sessions, for one thread: each in place of the rows that are its parts, in one transaction, so that no reader sees a
 * page view twice or not at all. Writing a session twice changes nothing, and a writer that lags behind its successor takes
 * nothing back. Where a row tells what the session does not know, the stretch is marked to be recomputed. Not thread-safe;
 * connects when first used.
 */
public final class SessionWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionWriter.class);
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(2);

    private final Session session;
    private final SessionSettings settings;

    public SessionWriter(StoreConfig config, SessionSettings settings) {
        this(Session.patient(config.writerConnections("sessions", ANSWER_WITHIN)), settings);
    }

    SessionWriter(Session session, SessionSettings settings) {
        this.session = session;
        this.settings = settings;
    }

    /** Whether it waits for Postgres now; to be asked from any thread. */
    public Waiting waiting() {
        return session.waiting();
    }

    private record Key(String host, String visitor) {}

    /**
     * Stores sessions in one transaction. The same session may be there several times, as it was before and after it grew, in
     * that order: the last is stored. Every page view must be stored by now.
     *
     * @throws StoreException also if the table is claimed for sessions of another kind, see {@link SessionSettings}
     */
    public void write(Collection<VisitorSession> sessions) {
        if (sessions.isEmpty()) {
            return;
        }
        List<VisitorSession> newest = newest(sessions);
        int unclear = session.transact("store " + newest.size() + " sessions", connection -> {
            SessionRows.takeTurn(connection);
            SessionSettings.check(connection, settings);
            List<VisitorSession> left = SessionRows.put(connection, newest, settings.gapMillis());
            SessionRows.mark(connection, marks(left));
            return left.size();
        });
        if (unclear > 0) {
            LOG.info("{} sessions touch rows that tell of other page views, and are recomputed", unclear);
        }
    }

    /** Of sessions within the gap of each other, the last: the others were its parts. */
    private List<VisitorSession> newest(Collection<VisitorSession> sessions) {
        Map<Key, List<SessionSpan>> byKey = new LinkedHashMap<>();
        for (VisitorSession each : sessions) {
            List<SessionSpan> spans =
                    byKey.computeIfAbsent(new Key(each.host(), each.visitor()), k -> new ArrayList<>());
            spans.removeIf(span -> span.touches(each.span(), settings.gapMillis()));
            spans.add(each.span());
        }
        List<VisitorSession> newest = new ArrayList<>();
        byKey.forEach(
                (key, spans) -> spans.forEach(span -> newest.add(new VisitorSession(key.host(), key.visitor(), span))));
        return newest;
    }

    private static List<SessionMark> marks(List<VisitorSession> sessions) {
        return SessionCorrections.inOrder(sessions.stream()
                .map(each -> new SessionMark(
                        each.host(),
                        each.visitor(),
                        each.span().startMillis(),
                        each.span().endMillis()))
                .toList());
    }

    @Override
    public void close() {
        session.close();
    }
}
