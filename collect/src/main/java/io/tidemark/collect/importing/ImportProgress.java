package io.tidemark.collect.importing;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * How far an import is. Once it has ended without a failure: {@code lines = sent + unparseable}.
 *
 * @param bytesRead of the sources as they are, so of a compressed file its compressed bytes
 * @param totalBytes of all sources; empty if one is a stream or is followed
 * @param lines read so far, blank ones too
 * @param sent records that Kafka has acknowledged
 * @param unparseable lines that went to the listener
 */
public record ImportProgress(long bytesRead, OptionalLong totalBytes, long lines, long sent, long unparseable) {
    public ImportProgress {
        requireNonNull(totalBytes, "totalBytes is null");
    }
}
