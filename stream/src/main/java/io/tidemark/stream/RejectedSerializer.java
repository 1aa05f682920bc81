package io.tidemark.stream;

import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Rejected records for {@link Topics#REJECTED}: key and value as they came, the rest in headers. */
final class RejectedSerializer implements KafkaRecordSerializationSchema<Rejected> {
    private static final long serialVersionUID = 1L;

    @Override
    public ProducerRecord<byte[], byte[]> serialize(Rejected rejected, KafkaSinkContext context, Long timestamp) {
        List<Header> headers = List.of(
                new RecordHeader(
                        RejectReason.REASON_HEADER, rejected.reason().code().getBytes(StandardCharsets.US_ASCII)),
                new RecordHeader(RejectReason.MESSAGE_HEADER, rejected.message().getBytes(StandardCharsets.UTF_8)),
                new RecordHeader(SourceCoordinates.HEADER, rejected.position().toHeader()));
        return new ProducerRecord<>(Topics.REJECTED, null, null, rejected.key(), rejected.value(), headers);
    }
}
