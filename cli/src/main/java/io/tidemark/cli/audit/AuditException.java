package io.tidemark.cli.audit;

import org.jspecify.annotations.Nullable;

/** The audit could not be done; the message says why in one line. */
public final class AuditException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AuditException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
