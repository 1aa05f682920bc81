package io.tidemark.cli.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.audit.Audit;
import io.tidemark.cli.audit.AuditOptions;
import io.tidemark.cli.audit.AuditReport;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.Tallies;
import io.tidemark.testkit.HostileRecords;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile records through both jobs; {@code make fuzz} sends a million. */
class FuzzedJobsIT {
    private static final int RECORDS = Integer.getInteger("tidemark.fuzz.job.records", 100_000);
    private static final long SEED = Long.getLong("tidemark.fuzz.seed", System.nanoTime());
    private static final int BATCH = 20_000;

    /** Of what was sent, by where it came to stand. */
    private final Map<String, Long> digests = new HashMap<>();

    @TempDir
    Path folder;

    @Test
    void everyRecordIsStoredAndCountedOrRejectedByteForByte() throws Exception {
        System.out.println("Fuzzing " + RECORDS + " records, -Dtidemark.fuzz.seed=" + SEED);
        try (Pipeline pipeline = Pipeline.start(folder.resolve("data"))) {
            send(pipeline);
            JobOptions options = JobOptions.defaults(2).bounded(new StartFrom.Earliest());
            Map<String, Long> enriched = pipeline.run(JobKind.ENRICH, options);
            Map<String, Long> counted = pipeline.run(JobKind.AGGREGATE, options);
            System.out.println("Enriched " + enriched + ", counted " + counted);

            long stored = requireNonNull(enriched.get(Tallies.STORED));
            assertThat(enriched)
                    .as("seed %d", SEED)
                    .containsEntry(Tallies.READ, (long) RECORDS)
                    .containsEntry(Tallies.SKIPPED, 0L)
                    .containsEntry(rejected(RejectReason.ENRICHMENT_FAILED), 0L)
                    .containsEntry(rejected(RejectReason.REFUSED_BY_DATABASE), 0L);
            assertThat(stored).isGreaterThan(RECORDS / 4);
            assertThat(rejectedAsTheyCame(pipeline)).as("seed %d", SEED).isEqualTo(RECORDS - stored);
            assertThat(counted).containsEntry(Tallies.COUNTED, stored);
            assertThat(pipeline.number("select sum(num_hits) from processed_events_aggregated"))
                    .isEqualTo(stored);
            assertThat(pipeline.number("select count(*) from processed_events")).isEqualTo(stored);

            AuditReport audit = new Audit(KafkaSettings.of(pipeline.bootstrap()), pipeline.store())
                    .run(new AuditOptions(Duration.ofSeconds(5), true, 20));
            assertThat(audit.differences()).as("seed %d", SEED).isEmpty();
            assertThat(audit.windows().hits()).isEqualTo(stored);
            assertThat(audit.partitions()).allSatisfy(partition -> {
                assertThat(requireNonNull(partition.account()).absent()).isZero();
                assertThat(partition.lag()).isZero();
            });
        }
    }

    private static String rejected(RejectReason reason) {
        return Tallies.REJECTED_PREFIX + reason.code();
    }

    private void send(Pipeline pipeline) throws Exception {
        HostileRecords records = new HostileRecords(SEED, Instant.now());
        for (int sent = 0; sent < RECORDS; sent += BATCH) {
            List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>();
            for (int i = sent; i < Math.min(RECORDS, sent + BATCH); i++) {
                batch.add(new ProducerRecord<>(Topics.RAW, records.next()));
            }
            List<RecordMetadata> places = pipeline.send(batch);
            for (int i = 0; i < places.size(); i++) {
                RecordMetadata place = places.get(i);
                digests.put(
                        place.partition() + "/" + place.offset(),
                        digest(batch.get(i).value()));
            }
        }
    }

    private static long digest(byte @Nullable [] value) throws Exception {
        return value == null
                ? 0
                : ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(value))
                        .getLong();
    }

    /** Number of rejected records; each is there once, as it was sent, and says why. */
    private long rejectedAsTheyCame(Pipeline pipeline) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", pipeline.bootstrap());
        long rejected = 0;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition only = new TopicPartition(Topics.REJECTED, 0);
            consumer.assign(List.of(only));
            consumer.seekToBeginning(List.of(only));
            long end = consumer.endOffsets(List.of(only)).getOrDefault(only, 0L);
            while (consumer.position(only) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(10))) {
                    String place = header(record, SourceCoordinates.HEADER).split("/", 2)[1];
                    assertThat(digests.remove(place))
                            .as("%s, seed %d", place, SEED)
                            .isEqualTo(digest(record.value()));
                    assertThat(header(record, RejectReason.REASON_HEADER)).isNotBlank();
                    assertThat(header(record, RejectReason.MESSAGE_HEADER)).isNotBlank();
                    rejected++;
                }
            }
        }
        return rejected;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
