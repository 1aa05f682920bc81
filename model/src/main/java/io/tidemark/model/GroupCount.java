package io.tidemark.model;

import org.jspecify.annotations.Nullable;

/**
 * What is counted of one group in one window, a row of an {@link Aggregate}'s table, or in a slice of such windows.
 *
 * @param aggregate its id, see {@link Aggregate#id}
 * @param key texts of its dimensions, joined by {@link Aggregate#SEPARATOR}
 * @param hits at least 1
 * @param visitors sketch of the visitors, see {@link VisitorSketch}; null if they are not counted
 */
// Bytes as they are stored; never compared.
@SuppressWarnings("ArrayRecordComponent")
public record GroupCount(
        String aggregate,
        long windowStartMillis,
        long windowEndMillis,
        String key,
        long hits,
        byte @Nullable [] visitors) {}
