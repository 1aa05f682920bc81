package io.tidemark.cli;

import io.tidemark.model.SessionsBy;
import java.util.Optional;

/** Whose page views make a session, if there are to be sessions. */
enum SessionChoice {
    VISITOR,
    IP,
    NONE;

    Optional<SessionsBy> by() {
        return switch (this) {
            case VISITOR -> Optional.of(SessionsBy.VISITOR);
            case IP -> Optional.of(SessionsBy.IP);
            case NONE -> Optional.empty();
        };
    }
}
