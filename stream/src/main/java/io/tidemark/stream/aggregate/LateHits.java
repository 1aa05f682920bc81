package io.tidemark.stream.aggregate;

/** A window that has to be recomputed from {@code processed_events}, where all its hits are stored by now. */
public record LateHits(long windowStartMillis, long windowSizeMillis) {}
