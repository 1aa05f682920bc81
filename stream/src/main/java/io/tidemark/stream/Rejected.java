package io.tidemark.stream;

import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be used, byte for byte as it came.
 *
 * @param position where it stands in the topic that the rejecting job reads
 */
// Bytes as Kafka hands them over; never compared, and copied by nobody on the hot path.
@SuppressWarnings("ArrayRecordComponent")
public record Rejected(
        SourceCoordinates position,
        RejectReason reason,
        String message,
        byte @Nullable [] key,
        byte @Nullable [] value) {}
