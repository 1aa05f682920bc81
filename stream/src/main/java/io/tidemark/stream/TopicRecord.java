package io.tidemark.stream;

import io.tidemark.model.SourceCoordinates;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka record as it came.
 *
 * @param position where it stands in the topic it was read from
 * @param timestampMillis the record's timestamp, milliseconds since the epoch
 * @param source the header {@link SourceCoordinates#HEADER}, null if there is none
 */
// Bytes as Kafka hands them over; never compared, and copied by nobody on the hot path.
@SuppressWarnings("ArrayRecordComponent")
public record TopicRecord(
        SourceCoordinates position,
        long timestampMillis,
        byte @Nullable [] key,
        byte @Nullable [] value,
        byte @Nullable [] source) {}
