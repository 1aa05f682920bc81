package io.tidemark.stream.aggregate;

/**
 * The first window that the state counts whole for an aggregate.
 *
 * @param aggregate its id, see {@link io.tidemark.model.Aggregate#id}
 */
public record CountedFrom(String aggregate, long windowStartMillis) {}
