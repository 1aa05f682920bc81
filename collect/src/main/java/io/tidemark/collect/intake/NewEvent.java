package io.tidemark.collect.intake;

import static java.util.Objects.requireNonNull;

/**
 * An event on its way into Kafka.
 *
 * @param id tells it from all others, see {@link EventIds}; whoever sends it again sends the same
 * @param receivedAtMillis when it came first, milliseconds since the epoch; becomes the record's timestamp
 * @param value of the record
 */
@SuppressWarnings("ArrayRecordComponent")
public record NewEvent(String id, long receivedAtMillis, byte[] value) {
    static final long OVERHEAD_BYTES = 200;

    public NewEvent {
        requireNonNull(id, "id is null");
        requireNonNull(value, "value is null");
    }

    /** What it takes of a queue, in bytes: its value, and some for all else. */
    long size() {
        return value.length + OVERHEAD_BYTES;
    }
}
