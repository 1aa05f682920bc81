package io.tidemark.collect.accesslog;

import static java.util.Objects.requireNonNull;

/** A line without the fields of its format; says what was expected at which column. Without a stack trace. */
public final class UnparseableLineException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnparseableLineException(String message) {
        super(requireNonNull(message, "message is null"), null, false, false);
    }

    @Override
    public String getMessage() {
        return requireNonNull(super.getMessage());
    }
}
