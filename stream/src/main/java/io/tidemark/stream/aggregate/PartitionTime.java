package io.tidemark.stream.aggregate;

/**
 * How far event time is in a partition.
 *
 * @param newestMillis the highest timestamp read, milliseconds since the epoch
 */
public record PartitionTime(int partition, long newestMillis) {}
