package io.tidemark.collect.http;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A request is refused, for a reason that its sender is told. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;
    private final @Nullable Duration retryAfter;

    RefusedException(Refusal refusal, String message) {
        this(refusal, message, null);
    }

    RefusedException(Refusal refusal, String message, @Nullable Duration retryAfter) {
        super(message);
        this.refusal = requireNonNull(refusal, "refusal is null");
        this.retryAfter = retryAfter;
    }

    Refusal refusal() {
        return refusal;
    }

    /** After how long the same request may be taken; null if never. */
    @Nullable
    Duration retryAfter() {
        return retryAfter;
    }
}
