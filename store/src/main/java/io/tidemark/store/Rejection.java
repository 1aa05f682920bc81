package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.TextCap;

/**
 * A record that could not be used.
 *
 * @param message what is wrong, for people; cut to what the table keeps
 */
public record Rejection(SourceCoordinates at, RejectReason reason, String message) {
    public Rejection {
        requireNonNull(at, "at is null");
        requireNonNull(reason, "reason is null");
        message = TextCap.MESSAGE.apply(message);
    }
}
