package io.tidemark.stream.aggregate;

/**
 * How far event time is in a partition. A part of savepoints, in which it has this name: it stays here, though {@link
 * io.tidemark.stream.time.PartitionTimes} tells it for every job.
 *
 * @param newestMillis the highest timestamp read, milliseconds since the epoch
 */
public record PartitionTime(int partition, long newestMillis) {}
