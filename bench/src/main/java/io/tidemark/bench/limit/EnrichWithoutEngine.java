package io.tidemark.bench.limit;

import io.tidemark.collect.RawProducer;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.RawEventCodec;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import io.tidemark.store.EventWriter;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.enrich.Enrichment;
import io.tidemark.stream.enrich.GeoLookup;
import io.tidemark.stream.enrich.IpPolicy;
import io.tidemark.stream.enrich.VisitorIds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Enriches, stores exactly once and sends on as a single-purpose program would, with Tidemark's own parts: what is left is
 * what the engine costs. Arguments: bootstrap, topic, threads, JDBC URL, user; the password by TIDEMARK_POSTGRES_PASSWORD.
 */
public final class EnrichWithoutEngine {
    private EnrichWithoutEngine() {}

    /** Prints the number of records. */
    public static void main(String[] args) throws Exception {
        StoreConfig store =
                new StoreConfig(args[3], args[4], System.getenv().getOrDefault("TIDEMARK_POSTGRES_PASSWORD", ""));
        UUID topic = topicId(args[0], args[1]);
        long records = new PartitionReaders(args[0], args[1])
                .run(Integer.parseInt(args[2]), thread -> new Enriching(args[0], topic, store));
        System.out.println(records);
    }

    private static UUID topicId(String bootstrap, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            Uuid id = admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .topicId();
            return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
        }
    }

    private static final class Enriching implements PartitionReaders.Reader {
        private final UUID topic;
        private final RawEventCodec raw = new RawEventCodec();
        private final EnrichedEventCodec enriched = new EnrichedEventCodec();
        private final Enrichment enrichment =
                Enrichment.of(GeoLookup.open(null), VisitorIds.withFixedSalt(), IpPolicy.TRUNCATE);
        private final EventWriter writer;
        private final Producer<byte[], byte[]> producer;
        private final List<ProducerRecord<byte[], byte[]>> waiting = new ArrayList<>();
        private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

        Enriching(String bootstrap, UUID topic, StoreConfig store) {
            this.topic = topic;
            this.writer = new EventWriter(store);
            this.producer = RawProducer.open(Map.of("bootstrap.servers", bootstrap));
        }

        @Override
        public void read(ConsumerRecord<byte[], byte[]> read) throws Exception {
            EnrichedEvent event = enrichment.enrich(raw.decode(read.value()));
            SourceCoordinates at = new SourceCoordinates(topic, read.partition(), read.offset());
            writer.add(event, at);
            waiting.add(new ProducerRecord<>(
                    Topics.ENRICHED,
                    read.partition(),
                    event.eventTimeMillis(),
                    event.host().getBytes(StandardCharsets.UTF_8),
                    enriched.encode(event),
                    List.of(new RecordHeader(SourceCoordinates.HEADER, at.toHeader()))));
            if (writer.isFull()) {
                flush();
            }
        }

        private void flush() throws Exception {
            writer.flush();
            for (ProducerRecord<byte[], byte[]> each : waiting) {
                var unused = producer.send(each, (taken, problem) -> {
                    if (problem != null) {
                        failure.set(problem);
                    }
                });
            }
            waiting.clear();
            Exception problem = failure.get();
            if (problem != null) {
                throw problem;
            }
        }

        @Override
        public void end() throws Exception {
            flush();
            producer.close();
            writer.close();
        }
    }
}
