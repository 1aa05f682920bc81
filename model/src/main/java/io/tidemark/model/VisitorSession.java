package io.tidemark.model;

import static java.util.Objects.requireNonNull;

/**
 * A session with whose it is.
 *
 * @param host the site
 * @param visitor what tells the visitor apart, see {@link SessionsBy}
 */
public record VisitorSession(String host, String visitor, SessionSpan span) {
    public VisitorSession {
        requireNonNull(host, "host is null");
        requireNonNull(visitor, "visitor is null");
        requireNonNull(span, "span is null");
    }
}
