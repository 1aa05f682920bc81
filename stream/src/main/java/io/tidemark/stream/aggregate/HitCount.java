package io.tidemark.stream.aggregate;

/**
 * Hits of one window, host and referrer.
 *
 * @param hits how many, at least 1
 */
public record HitCount(long windowStartMillis, String host, String referrer, long hits) {}
