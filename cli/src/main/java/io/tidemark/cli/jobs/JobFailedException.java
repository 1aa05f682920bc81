package io.tidemark.cli.jobs;

import org.jspecify.annotations.Nullable;

/** A job that could not be submitted, or failed; the message is for people. */
public final class JobFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JobFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The innermost message of a failure: what the user can do something about. */
    static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null
                ? root.getClass().getSimpleName()
                : message.lines().findFirst().orElse(message);
    }
}
