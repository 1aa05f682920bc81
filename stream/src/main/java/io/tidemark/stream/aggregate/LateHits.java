package io.tidemark.stream.aggregate;

import io.tidemark.model.SourceCoordinates;

/**
 * A window that has to be recomputed from {@code processed_events}.
 *
 * @param last the last of the hits that the window misses; the row of it may not be stored yet
 */
public record LateHits(long windowStartMillis, SourceCoordinates last) {}
