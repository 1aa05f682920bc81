package io.tidemark.collect.accesslog;

/** How the lines of a log are written. */
public enum LogFormat {
    /**
     * Decided line by line: JSON if it starts with an opening brace, vhost if a host precedes the client, common if
     * nothing follows the size, else combined.
     */
    AUTO,
    /** {@code client ident user [time] "request" status size "referrer" "user agent"}. */
    COMBINED,
    /** {@code client ident user [time] "request" status size}. */
    COMMON,
    /** {@code host[:port]}, then as combined. */
    VHOST,
    /** Raw events, one JSON object a line. */
    JSON
}
