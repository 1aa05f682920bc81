package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A page view as a site reported it, topic {@link Topics#RAW}.
 *
 * @param host the site, never blank
 * @param eventTimeMillis when it happened, milliseconds since the epoch, UTC
 * @param url the request target or address, null if unknown
 * @param referrer the address that led here, null if none
 * @param userAgent the user agent as text; some trackers send JSON in it
 * @param ip the client's address as text, not validated
 * @param headers the request's headers as JSON text
 */
public record RawEvent(
        String host,
        long eventTimeMillis,
        @Nullable String url,
        @Nullable String referrer,
        @Nullable String userAgent,
        @Nullable String ip,
        @Nullable String headers) {

    public RawEvent {
        requireNonNull(host, "host is null");
    }
}
