package io.tidemark.stream.session;

import io.tidemark.model.SessionSpan;

/**
 * A session in the state of its visitor.
 *
 * @param partial whether there may be page views of it that the state does not hold: it is recomputed rather than written
 * @param unwritten whether it has changed since it was last written, or marked
 */
record KeptSession(SessionSpan span, boolean partial, boolean unwritten) {
    KeptSession asWritten() {
        return new KeptSession(span, partial, false);
    }
}
