package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Something that goes, or would.
 *
 * @param kind what it is
 * @param name the partition, or the table
 * @param fromMillis start of what goes, in milliseconds since the epoch; {@link Long#MIN_VALUE} for all that is older
 * @param toMillis end of it, exclusive
 * @param rows how many
 * @param bytes size on disk of a whole partition; -1 if it is not known
 * @param kept why it stays; null if it goes
 */
public record RetentionStep(
        Kind kind,
        String name,
        long fromMillis,
        long toMillis,
        long rows,
        long bytes,
        @Nullable String kept) {
    /** What can go. */
    public enum Kind {
        /** A partition of {@code processed_events}, dropped. */
        PARTITION,
        /** Events of a partition that reaches into what is kept, deleted. */
        EVENTS,
        /** Rows of a table of windows, deleted. */
        WINDOWS
    }

    public RetentionStep {
        requireNonNull(kind, "kind is null");
        requireNonNull(name, "name is null");
    }

    RetentionStep keptSince(String reason) {
        return new RetentionStep(kind, name, fromMillis, toMillis, rows, bytes, reason);
    }

    RetentionStep withRows(long exactly) {
        return new RetentionStep(kind, name, fromMillis, toMillis, exactly, bytes, kept);
    }
}
