package io.tidemark.store;

import org.jspecify.annotations.Nullable;

/** Postgres could not do what was asked; the message says what that was, the cause why. */
public sealed class StoreException extends RuntimeException permits StaleWriterException {
    private static final long serialVersionUID = 1L;

    StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
