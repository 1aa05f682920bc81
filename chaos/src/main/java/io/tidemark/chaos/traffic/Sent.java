package io.tidemark.chaos.traffic;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A record that is sent to the raw topic.
 *
 * @param id travels in the header {@value #HEADER}, which the jobs do not know
 * @param value null for a record without one
 */
public record Sent(long id, int partition, @Nullable ByteBuffer value, Outcome outcome) {
    /** Name of the header with the id, in decimal digits. */
    public static final String HEADER = "chaos-id";

    public Sent {
        requireNonNull(outcome, "outcome is null");
        value = value == null ? null : value.asReadOnlyBuffer();
    }

    /** The value as a producer takes it. */
    byte @Nullable [] bytes() {
        if (value == null) {
            return null;
        }
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        return bytes;
    }
}
