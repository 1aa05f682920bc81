package io.tidemark.stream;

import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Rejected records for {@link Topics#REJECTED}: key and value as they came, the rest in headers. Of a value that is larger
 * than any topic of ours takes, as one that unpacks to a hundred times its size, the beginning is kept: a record that could
 * not be sent would stop the job for good. The whole stands in the raw topic, at the coordinates in the header.
 */
final class RejectedRecords {
    /** Bytes of a value that are kept, and of a key: with headers they stay below the producer's limit. */
    static final int MAX_BYTES = 3 * 1024 * 1024;

    private RejectedRecords() {}

    static ProducerRecord<byte[], byte[]> toRecord(Rejected rejected) {
        List<Header> headers = new ArrayList<>(List.of(
                new RecordHeader(
                        RejectReason.REASON_HEADER, rejected.reason().code().getBytes(StandardCharsets.US_ASCII)),
                new RecordHeader(RejectReason.MESSAGE_HEADER, rejected.message().getBytes(StandardCharsets.UTF_8)),
                new RecordHeader(SourceCoordinates.HEADER, rejected.position().toHeader())));
        return new ProducerRecord<>(
                Topics.REJECTED,
                null,
                null,
                kept(rejected.key(), "key", headers),
                kept(rejected.value(), "value", headers),
                headers);
    }

    private static byte @Nullable [] kept(byte @Nullable [] bytes, String what, List<Header> headers) {
        if (bytes == null || bytes.length <= MAX_BYTES) {
            return bytes;
        }
        headers.add(new RecordHeader(
                RejectReason.CUT_HEADER,
                "%s of %d bytes cut to %d"
                        .formatted(what, bytes.length, MAX_BYTES)
                        .getBytes(StandardCharsets.US_ASCII)));
        return Arrays.copyOf(bytes, MAX_BYTES);
    }
}
