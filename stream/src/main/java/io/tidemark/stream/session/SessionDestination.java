package io.tidemark.stream.session;

import io.tidemark.model.VisitorSession;
import io.tidemark.store.SessionWriter;
import io.tidemark.store.Waiting;
import io.tidemark.stream.Destination;
import java.util.List;

/** The table of sessions. */
final class SessionDestination implements Destination<VisitorSession> {
    private final SessionWriter writer;

    SessionDestination(SessionConfig config) {
        this.writer = new SessionWriter(config.store(), config.sessions());
    }

    @Override
    public void write(List<VisitorSession> sessions) {
        writer.write(sessions);
    }

    @Override
    public int rows(VisitorSession session) {
        return 1;
    }

    @Override
    public Waiting waiting() {
        return writer.waiting();
    }

    @Override
    public void close() {
        writer.close();
    }
}
