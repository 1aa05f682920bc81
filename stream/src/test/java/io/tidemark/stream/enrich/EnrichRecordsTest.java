package io.tidemark.stream.enrich;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.TopicRecord;
import io.tidemark.testkit.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnrichRecordsTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final UUID TOPIC = new UUID(1, 2);
    private static final byte[] KEY = {1, 2, 3};

    /** Not asked, since no event here has an address. */
    private static final StoreConfig NOWHERE = new StoreConfig("jdbc:postgresql://127.0.0.1:1/none", "nobody", "");

    private OneInputStreamOperatorTestHarness<TopicRecord, Outcome> harness = harness();
    private long recordMillis = NOON.toEpochMilli();
    private long nextOffset;

    private static OneInputStreamOperatorTestHarness<TopicRecord, Outcome> harness() {
        try {
            return new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(new EnrichRecords(
                    NOWHERE,
                    null,
                    IpPolicy.TRUNCATE,
                    Duration.ofMinutes(5),
                    Clock.fixed(NOON.plusSeconds(60), ZoneOffset.UTC))));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void open() throws Exception {
        harness.open();
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    @Test
    void eventIsHandedOnWithItsPosition() throws Exception {
        process(event("2026-03-01T11:00:00Z"));
        assertThat(accepted()).singleElement().satisfies(enriched -> {
            assertThat(enriched.source()).isEqualTo(new SourceCoordinates(TOPIC, 3, 0));
            assertThat(requireNonNull(enriched.event()).host()).isEqualTo("shop.example");
            assertThat(requireNonNull(enriched.event()).eventTimeMillis())
                    .isEqualTo(NOON.minusSeconds(3600).toEpochMilli());
        });
        assertThat(rejected()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            EMPTY                | ``
            MALFORMED_JSON       | {"host":"a"
            MALFORMED_JSON       | {"host":"a","event_time":"2026-03-01T11:00:00Z"} x
            NOT_AN_OBJECT        | []
            NOT_AN_OBJECT        | null
            WRONG_TYPE           | {"host":1,"event_time":"2026-03-01T11:00:00Z"}
            WRONG_TYPE           | {"host":"a","event_time":"2026-03-01T11:00:00Z","url":[]}
            MISSING_HOST         | {"event_time":"2026-03-01T11:00:00Z"}
            MISSING_HOST         | {"host":" ","event_time":"2026-03-01T11:00:00Z"}
            MISSING_HOST         | {"host":"\\u0000","event_time":"2026-03-01T11:00:00Z"}
            MISSING_EVENT_TIME   | {"host":"a","event_time":null}
            INVALID_EVENT_TIME   | {"host":"a","event_time":"yesterday"}
            EVENT_TIME_IN_FUTURE | {"host":"a","event_time":"2026-03-01T12:05:00.001Z"}
            EVENT_TIME_IN_FUTURE | {"host":"a","event_time":"9999-12-31T23:59:59Z"}
            """)
    void unusableRecordIsRejectedAsItCameWithItsReason(RejectReason reason, String value) throws Exception {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        process(bytes);
        assertThat(accepted()).isEmpty();
        assertThat(rejected()).singleElement().satisfies(rejected -> {
            assertThat(rejected.reason()).isEqualTo(reason);
            assertThat(rejected.message()).isNotBlank();
            assertThat(rejected.key()).isEqualTo(KEY);
            assertThat(rejected.value()).isEqualTo(bytes);
            assertThat(rejected.position()).isEqualTo(new SourceCoordinates(TOPIC, 3, 0));
        });
    }

    @Test
    void recordWithoutValueIsRejected() throws Exception {
        process(null);
        assertThat(rejected()).singleElement().satisfies(rejected -> {
            assertThat(rejected.reason()).isEqualTo(RejectReason.EMPTY);
            assertThat(rejected.value()).isNull();
        });
    }

    @Test
    void eventFiveMinutesAheadIsAccepted() throws Exception {
        process(event("2026-03-01T12:05:00.000Z"));
        assertThat(accepted()).hasSize(1);
    }

    @Test
    void aReplayMuchLaterDecidesAsTheFirstReadingDid() throws Exception {
        recordMillis = NOON.minusSeconds(7_200).toEpochMilli();
        process(event("2026-03-01T10:05:00.000Z"));
        process(event("2026-03-01T10:05:00.001Z"));
        assertThat(accepted()).hasSize(1);
        assertThat(rejected()).hasSize(1);
    }

    @Test
    void theClockStandsInForATopicWithoutTimestamps() throws Exception {
        recordMillis = -1;
        process(event("2026-03-01T12:06:00.000Z"));
        process(event("2026-03-01T12:06:00.001Z"));
        assertThat(accepted()).hasSize(1);
        assertThat(rejected()).hasSize(1);
    }

    @Test
    void cutAndRemovedCharactersAreCounted() throws Exception {
        process("{\"host\":\"a\",\"event_time\":\"2026-03-01T11:00:00Z\",\"url\":\"/\\u0000\",\"referrer\":\"%s\"}"
                .formatted("r".repeat(3_000))
                .getBytes(StandardCharsets.UTF_8));
        assertThat(accepted()).hasSize(1);
        assertThat(tally(Tallies.TEXT_CUT)).isEqualTo(1);
        assertThat(tally(Tallies.TEXT_NUL_REMOVED)).isEqualTo(1);
    }

    @Test
    void everyFileOfTheJsonTestSuitesIsStoredOrRejected() throws Exception {
        List<byte[]> values = new ArrayList<>(read("hostile/json-test-suite"));
        values.addAll(read("hostile/json-transform"));
        assertThat(values).hasSizeGreaterThan(318);
        for (byte[] value : values) {
            process(value);
            process(asField("unknown", value));
            process(asField("user_agent", value));
            process(asField("headers", value));
        }
        int stored = accepted().size();
        assertThat(stored).isPositive();
        assertThat(stored + rejected().size()).isEqualTo(4 * values.size());
        assertThat(tally(Tallies.READ)).isEqualTo(4L * values.size());
    }

    private static byte[] asField(String name, byte[] value) {
        String event = "{\"host\":\"a\",\"event_time\":\"2026-03-01T11:00:00Z\",\"%s\":".formatted(name);
        byte[] bytes =
                java.util.Arrays.copyOf(event.getBytes(StandardCharsets.UTF_8), event.length() + value.length + 1);
        System.arraycopy(value, 0, bytes, event.length(), value.length);
        bytes[bytes.length - 1] = '}';
        return bytes;
    }

    private static List<byte[]> read(String folder) throws IOException {
        List<byte[]> values = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(TestData.require(folder), "*.json")) {
            for (Path file : files) {
                values.add(Files.readAllBytes(file));
            }
        }
        return values;
    }

    private static byte[] event(String time) {
        return "{\"host\":\"shop.example\",\"event_time\":\"%s\"}"
                .formatted(time)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void topicMadeAnewSinceTheCheckpointIsNotReadOn() throws Exception {
        process(event("2026-03-01T11:00:00Z"));
        OperatorSubtaskState checkpoint = harness.snapshot(1, 1);
        harness.close();
        harness = harness();
        harness.initializeState(checkpoint);
        harness.open();
        TopicRecord elsewhere = new TopicRecord(
                new SourceCoordinates(new UUID(8, 9), 3, 5), recordMillis, KEY, event("2026-03-01T11:00:00Z"), null);
        assertThatThrownBy(() -> harness.processElement(new StreamRecord<>(elsewhere)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("web-events was deleted and made anew", "--fresh");
    }

    private void process(byte @Nullable [] value) throws Exception {
        SourceCoordinates position = new SourceCoordinates(TOPIC, 3, nextOffset++);
        harness.processElement(new StreamRecord<>(new TopicRecord(position, recordMillis, KEY, value, null)));
    }

    private List<Outcome> accepted() {
        return harness.extractOutputValues().stream()
                .filter(outcome -> outcome.event() != null)
                .toList();
    }

    private List<Rejected> rejected() {
        return harness.extractOutputValues().stream()
                .filter(outcome -> outcome.event() == null)
                .map(Outcome::toRejected)
                .toList();
    }

    private long tally(String name) {
        return (Long)
                harness.getOperator().getRuntimeContext().getAccumulator(name).getLocalValue();
    }
}
