package io.tidemark.stream.enrich;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Enriched events for {@link Topics#ENRICHED}: keyed by host, in the partition of the same number as their source, with
 * their source coordinates in a header and their event time as the record's timestamp.
 */
final class EnrichedRecords {
    private static final EnrichedEventCodec CODEC = new EnrichedEventCodec();

    private EnrichedRecords() {}

    static ProducerRecord<byte[], byte[]> toRecord(Enriched enriched) {
        EnrichedEvent event = enriched.event();
        SourceCoordinates source = enriched.source();
        return new ProducerRecord<>(
                Topics.ENRICHED,
                source.partition(),
                Math.max(0, event.eventTimeMillis()),
                event.host().getBytes(StandardCharsets.UTF_8),
                CODEC.encode(event),
                List.of(new RecordHeader(SourceCoordinates.HEADER, source.toHeader())));
    }
}
