package io.tidemark.cli.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.enrich.IpPolicy;
import io.tidemark.testkit.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileInputIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> TEXTS = List.of("host", "ip", "url", "referrer", "user_agent", "headers");

    /** A name for what was sent, and the reasons with which it may be rejected; none if it has to be stored. */
    private record Sent(String name, ProducerRecord<byte[], byte[]> record, Set<String> reasons) {}

    private final List<Sent> sent = new ArrayList<>();

    @TempDir
    Path folder;

    @BeforeEach
    void gather() throws IOException {
        for (String files : List.of("hostile/json-test-suite", "hostile/json-transform")) {
            try (Stream<Path> found = Files.list(TestData.require(files))) {
                for (Path file : found.sorted().toList()) {
                    sent.add(new Sent(name(file), record(Files.readAllBytes(file)), reasons(name(file))));
                }
            }
        }
        List<String> naughty = List.of(
                JSON.readValue(TestData.require("hostile/naughty-strings.json").toFile(), String[].class));
        for (String text : naughty) {
            for (String field : TEXTS) {
                boolean noHost = field.equals("host") && text.isBlank();
                add(event().put(field, text), noHost ? Set.of("missing_host") : Set.of());
            }
            add(event().put("event_time", text), Set.of("invalid_event_time"));
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        add(event().put("event_time", now.plus(Duration.ofMinutes(10)).toString()), Set.of("event_time_in_future"));
        add(
                event().put("event_time", "+999999999-12-31T23:59:59Z"),
                Set.of("invalid_event_time", "event_time_in_future"));
        add(event().put("event_time", now.plus(Duration.ofMinutes(4)).toString()), Set.of());
        add(event().put("url", "x".repeat(900_000)), Set.of());
        add(event().put("referrer", "\u20ac".repeat(2_000)).put("host", "\u20ac".repeat(300)), Set.of());
        add(event().put("url", "/a\u0000b").put("referrer", "\u0000"), Set.of());
        add(event().put("host", "\u0000"), Set.of("missing_host"));
        add(event().put("ip", 1), Set.of("wrong_type"));
        sent.add(new Sent(
                "tombstone",
                new ProducerRecord<>(Topics.RAW, "key".getBytes(StandardCharsets.UTF_8), null),
                Set.of("empty")));
    }

    private static ObjectNode event() {
        return JSON.createObjectNode().put("host", "naughty.test").put("event_time", "2026-03-01T12:00:00Z");
    }

    private void add(ObjectNode event, Set<String> reasons) throws IOException {
        sent.add(new Sent(event.toString(), record(JSON.writeValueAsBytes(event)), reasons));
    }

    private static ProducerRecord<byte[], byte[]> record(byte[] value) {
        return new ProducerRecord<>(Topics.RAW, value);
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    /** What the suite says a parser must refuse is malformed; what it must accept is not, yet it is no event. */
    private static Set<String> reasons(String file) {
        Set<String> reasons = new TreeSet<>();
        for (RejectReason reason : RejectReason.values()) {
            reasons.add(reason.code());
        }
        if (file.startsWith("y_")) {
            reasons.remove("malformed_json");
            reasons.remove("empty");
        } else if (file.startsWith("n_")) {
            reasons.retainAll(Set.of("malformed_json", "empty"));
        }
        return reasons;
    }

    @Test
    void everyRecordIsStoredOrRejectedAsItCameWithTheReason() throws Exception {
        try (Pipeline pipeline = Pipeline.start(folder.resolve("data"))) {
            Map<String, Sent> byPlace = new HashMap<>();
            List<RecordMetadata> places =
                    pipeline.send(sent.stream().map(Sent::record).toList());
            for (int i = 0; i < sent.size(); i++) {
                byPlace.put(places.get(i).partition() + "/" + places.get(i).offset(), sent.get(i));
            }

            JobOptions options =
                    JobOptions.defaults(2).bounded(new StartFrom.Earliest()).withIp(IpPolicy.KEEP);
            Map<String, Long> enriched = pipeline.run(JobKind.ENRICH, options);
            Map<String, Long> counted = pipeline.run(JobKind.AGGREGATE, options);

            Map<String, ConsumerRecord<byte[], byte[]>> rejected = rejected(pipeline);
            List<String> stored = pipeline.csv("select source_partition || '/' || source_offset from processed_events");
            stored = stored.subList(1, stored.size());
            assertThat(enriched)
                    .containsEntry(Tallies.READ, (long) sent.size())
                    .containsEntry(Tallies.STORED, (long) stored.size())
                    .containsEntry(Tallies.SKIPPED, 0L);
            assertThat(stored.size() + rejected.size()).isEqualTo(sent.size());
            assertThat(stored)
                    .doesNotHaveDuplicates()
                    .allSatisfy(place -> assertThat(byPlace.get(place))
                            .matches(each -> each.reasons().isEmpty()));
            rejected.forEach(
                    (place, record) -> assertRejectedAsItCame(requireNonNull(byPlace.get(place), place), record));
            assertThat(counted)
                    .containsEntry(Tallies.READ, (long) stored.size())
                    .containsEntry(Tallies.COUNTED, (long) stored.size());
            assertThat(pipeline.number("select sum(num_hits) from processed_events_aggregated"))
                    .isEqualTo(stored.size());
            assertThat(pipeline.number("select sum(num_hits) from processed_events_aggregated_source"))
                    .isEqualTo(stored.size());
            assertTextsAreKept(pipeline, byPlace);
        }
    }

    private static void assertRejectedAsItCame(Sent sent, ConsumerRecord<byte[], byte[]> record) {
        assertThat(record.key()).as(sent.name()).isEqualTo(sent.record().key());
        assertThat(record.value()).as(sent.name()).isEqualTo(sent.record().value());
        assertThat(header(record, RejectReason.REASON_HEADER)).as(sent.name()).isIn(sent.reasons());
        assertThat(header(record, RejectReason.MESSAGE_HEADER)).as(sent.name()).isNotBlank();
    }

    /** Stored texts are those sent, unless too long or with a NUL. */
    private static void assertTextsAreKept(Pipeline pipeline, Map<String, Sent> byPlace) throws IOException {
        Map<String, Integer> caps = new TreeMap<>(Map.of("host", 255, "ip", 255, "url", 8_192, "referrer", 2_000));
        for (Map.Entry<String, Integer> cap : caps.entrySet()) {
            String rows = "select source_partition || '/' || source_offset, encode(convert_to(%s, 'UTF8'), 'hex') "
                    + "from processed_events";
            for (String row :
                    pipeline.csv(rows.formatted(cap.getKey())).stream().skip(1).toList()) {
                String[] placeAndText = row.split(",", 2);
                Sent from = requireNonNull(byPlace.get(placeAndText[0]));
                String text =
                        JSON.readTree(from.record().value()).path(cap.getKey()).textValue();
                String expected = text == null ? "" : hex(cut(text.replace("\u0000", ""), cap.getValue()));
                assertThat(placeAndText[1].replace("\"", "")).as(from.name()).isEqualTo(expected);
            }
        }
    }

    /** The longest beginning that is no longer than the cap. */
    private static String cut(String text, int bytes) {
        int[] points = text.codePoints().toArray();
        int kept = points.length;
        while (new String(points, 0, kept).getBytes(StandardCharsets.UTF_8).length > bytes) {
            kept = Math.min(kept - 1, bytes);
        }
        return new String(points, 0, kept);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /** All of the rejected topic, by where a record stood in the raw topic. */
    private static Map<String, ConsumerRecord<byte[], byte[]>> rejected(Pipeline pipeline) {
        Map<String, ConsumerRecord<byte[], byte[]>> rejected = new HashMap<>();
        Map<String, Object> settings = Map.of("bootstrap.servers", pipeline.bootstrap());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition only = new TopicPartition(Topics.REJECTED, 0);
            consumer.assign(List.of(only));
            consumer.seekToBeginning(List.of(only));
            long end = consumer.endOffsets(List.of(only)).getOrDefault(only, 0L);
            while (consumer.position(only) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(10))) {
                    String[] source = header(record, SourceCoordinates.HEADER).split("/", 2);
                    assertThat(rejected.put(source[1], record)).isNull();
                }
            }
        }
        return rejected;
    }
}
