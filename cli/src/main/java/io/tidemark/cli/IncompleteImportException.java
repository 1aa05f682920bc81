package io.tidemark.cli;

import java.io.IOException;

/** An import that ended before its sources did, and left in Kafka what it had sent. */
final class IncompleteImportException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param sent lines that Kafka has acknowledged */
    IncompleteImportException(IOException cause, long sent) {
        super(
                sent == 0
                        ? cause.getMessage()
                        : "%s%n%,d lines are in Kafka already and count with the next run; to import them again would count them twice"
                                .formatted(cause.getMessage(), sent),
                cause);
    }
}
