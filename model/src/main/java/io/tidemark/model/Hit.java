package io.tidemark.model;

import static java.util.Objects.requireNonNull;

/**
 * What counting needs of an enriched event.
 *
 * @param host the site
 * @param referrer the address that led here, {@code ""} if none
 * @param eventTimeMillis milliseconds since the epoch, UTC
 */
public record Hit(String host, String referrer, long eventTimeMillis) {
    public Hit {
        requireNonNull(host, "host is null");
        requireNonNull(referrer, "referrer is null");
    }
}
