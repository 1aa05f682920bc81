package io.tidemark.stream.aggregate;

import io.tidemark.model.SourceCoordinates;

/** One hit, in its window. */
public record WindowedHit(long windowStartMillis, String host, String referrer, SourceCoordinates source) {}
