package io.tidemark.stream.time;

import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What Kafka holds of a topic beyond what was delivered. */
public interface Backlog extends AutoCloseable {
    /**
     * Asks which partitions hold no record at or behind the position given; offsets without a record do not count. Returns
     * at once. With no partition given, the answer only tells that Kafka answers.
     *
     * @param positions by the partition's number, the offset to be delivered next
     * @return completes within some seconds; exceptionally if Kafka does not answer
     */
    CompletableFuture<Set<Integer>> drained(Map<Integer, Long> positions);

    @Override
    void close();

    /** Opens a backlog where it is used. */
    @FunctionalInterface
    interface Opener extends Serializable {
        Backlog open();
    }
}
