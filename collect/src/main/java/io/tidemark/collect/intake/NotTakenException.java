package io.tidemark.collect.intake;

import static java.util.Objects.requireNonNull;

/** An event was not acknowledged. Unless it is too large, it may have been sent nevertheless: the same id makes trying again safe. */
public final class NotTakenException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Cause {
        /** More waits for Kafka than there is room for. */
        BUSY,
        /** Kafka does not answer, and the spool is full or off. */
        KAFKA_AWAY,
        /** Kafka does not take records of that size. */
        TOO_LARGE,
        /** The collector ends. */
        ENDING
    }

    private final Cause why;

    NotTakenException(Cause why, String message) {
        super(message);
        this.why = requireNonNull(why, "why is null");
    }

    public Cause why() {
        return why;
    }
}
