package io.tidemark.collect.importing;

import static java.util.Objects.requireNonNull;

/**
 * A line that gave no event.
 *
 * @param source the name of the file or stream
 * @param lineNumber from 1
 * @param reason for people
 */
public record UnparseableLine(String source, long lineNumber, String reason) {
    public UnparseableLine {
        requireNonNull(source, "source is null");
        requireNonNull(reason, "reason is null");
    }
}
