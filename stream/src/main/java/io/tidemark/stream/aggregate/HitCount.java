package io.tidemark.stream.aggregate;

import io.tidemark.model.SourceCoordinates;

/**
 * Hits of one window, host and referrer that came from one source partition.
 *
 * @param hits how many, at least 1
 * @param last the last of them
 */
public record HitCount(long windowStartMillis, String host, String referrer, long hits, SourceCoordinates last) {}
