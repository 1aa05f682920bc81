package io.tidemark.cli.embedded;

/** The embedded stack cannot start, or not go on. The message is one line that a user can act upon. */
public final class StackException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StackException(String message) {
        super(message);
    }

    public StackException(String message, Throwable cause) {
        super(message, cause);
    }
}
