package io.tidemark.stream.aggregate;

/**
 * The first window that the state counts whole for an aggregate.
 *
 * @param table the aggregate's
 */
public record CountedFrom(String table, long windowStartMillis) {}
