package io.tidemark.model;

import static java.util.Objects.requireNonNull;

/**
 * A stretch of a visitor's time whose sessions have to be recomputed from {@code processed_events}.
 *
 * @param fromMillis the first page view that is known of it, milliseconds since the epoch
 * @param toMillis the last one
 */
public record SessionMark(String host, String visitor, long fromMillis, long toMillis) {
    public SessionMark {
        requireNonNull(host, "host is null");
        requireNonNull(visitor, "visitor is null");
        if (fromMillis > toMillis) {
            throw new IllegalArgumentException("A mark from %d to %d".formatted(fromMillis, toMillis));
        }
    }
}
