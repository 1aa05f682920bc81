package io.tidemark.collect.intake;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How events are kept on their way into Kafka.
 *
 * @param topic that they go to
 * @param queueBytes how much may wait for Kafka's answer in memory
 * @param spoolFolder of the spool; null leaves it out
 * @param spoolBytes how much may lie in it
 * @param spoolAfter Kafka counts as away once it has left an event unanswered for that long
 * @param repeatsFor a repeat of an event's id within that time is known as such, also across a restart
 * @param repeatsAtMost how many ids are kept for that
 */
public record IntakeConfig(
        String topic,
        long queueBytes,
        @Nullable Path spoolFolder,
        long spoolBytes,
        Duration spoolAfter,
        Duration repeatsFor,
        long repeatsAtMost) {
    public IntakeConfig {
        requireNonNull(topic, "topic is null");
        requireNonNull(spoolAfter, "spoolAfter is null");
        requireNonNull(repeatsFor, "repeatsFor is null");
        if (queueBytes <= 0 || spoolBytes < 0 || repeatsAtMost <= 0) {
            throw new IllegalArgumentException("Sizes must be positive: queue of %d bytes, spool of %d, %d ids"
                    .formatted(queueBytes, spoolBytes, repeatsAtMost));
        }
    }

    /** 32 MiB in memory, 256 MiB on disk, two seconds of patience, ten minutes or 500,000 ids of memory for repeats. */
    public static IntakeConfig of(String topic, @Nullable Path spoolFolder) {
        return new IntakeConfig(
                topic, 32L << 20, spoolFolder, 256L << 20, Duration.ofSeconds(2), Duration.ofMinutes(10), 500_000);
    }
}
