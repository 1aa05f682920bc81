package io.tidemark.collect;

import java.io.IOException;

/** Kafka did not take a record; the message names what was sent, and where to. */
public final class SendFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    public SendFailedException(String what, String topic, Throwable cause) {
        super("Cannot send %s to topic %s: %s".formatted(what, topic, reason(cause)), cause);
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
