package io.tidemark.stream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.TopicRecord;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class CountHitsTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final long WINDOW = NOON.toEpochMilli();
    private static final TumblingWindows WINDOWS = TumblingWindows.of(Duration.ofMinutes(5));
    private static final StartOffsets EARLIEST = new StartOffsets(Map.of(), Long.MIN_VALUE);
    private static final int MAX_PARALLELISM = 8;
    private static final byte[] KEY = {7};

    private final List<OneInputStreamOperatorTestHarness<TopicRecord, HitCount>> opened = new ArrayList<>();

    private OneInputStreamOperatorTestHarness<TopicRecord, HitCount> harness(
            StartOffsets start, TimeCharacteristic time, int parallelism, int subtask) throws Exception {
        Clock clock = Clock.fixed(NOON.plusSeconds(3600), ZoneOffset.UTC);
        OneInputStreamOperatorTestHarness<TopicRecord, HitCount> harness = new OneInputStreamOperatorTestHarness<>(
                new CountHits(start, WINDOWS, List.of(), Long.MIN_VALUE, time, clock),
                MAX_PARALLELISM,
                parallelism,
                subtask);
        opened.add(harness);
        return harness;
    }

    private OneInputStreamOperatorTestHarness<TopicRecord, HitCount> open() throws Exception {
        return open(EARLIEST, TimeCharacteristic.EVENT);
    }

    private OneInputStreamOperatorTestHarness<TopicRecord, HitCount> open(StartOffsets start, TimeCharacteristic time)
            throws Exception {
        OneInputStreamOperatorTestHarness<TopicRecord, HitCount> harness = harness(start, time, 1, 0);
        harness.open();
        return harness;
    }

    /** What has been handed on by the next checkpoint, in the order of its first hits. */
    private static List<HitCount> counted(OneInputStreamOperatorTestHarness<TopicRecord, HitCount> harness)
            throws Exception {
        harness.prepareSnapshotPreBarrier(99);
        return harness.extractOutputValues();
    }

    @AfterEach
    void close() throws Exception {
        for (OneInputStreamOperatorTestHarness<TopicRecord, HitCount> harness : opened) {
            harness.close();
        }
    }

    private static SourceCoordinates at(int partition, long offset) {
        return new SourceCoordinates(1, 2, partition, offset);
    }

    private static StreamRecord<TopicRecord> record(byte @Nullable [] value, byte @Nullable [] source) {
        return new StreamRecord<>(new TopicRecord(at(9, 99), 0, KEY, value, source));
    }

    private static byte[] hitAt(Instant time) {
        return "{\"event_timestamp\":\"%s\",\"referrer\":\"r\",\"host\":\"a\"}"
                .formatted(time)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Its referrer names its coordinates. */
    private static StreamRecord<TopicRecord> hit(int partition, long offset) {
        byte[] value = "{\"event_timestamp\":\"%s\",\"referrer\":\"%s\",\"host\":\"a\"}"
                .formatted(NOON.plusSeconds(61), partition + "/" + offset)
                .getBytes(StandardCharsets.UTF_8);
        return record(value, at(partition, offset).toHeader());
    }

    private static <T> List<T> side(OneInputStreamOperatorTestHarness<?, ?> harness, OutputTag<T> tag) {
        Queue<StreamRecord<T>> records = harness.getSideOutput(tag);
        return records == null
                ? List.of()
                : records.stream().map(StreamRecord::getValue).toList();
    }

    private static long tally(OneInputStreamOperatorTestHarness<?, ?> harness, String name) {
        return (Long)
                harness.getOperator().getRuntimeContext().getAccumulator(name).getLocalValue();
    }

    @Test
    void hitIsPutIntoTheWindowOfItsTime() throws Exception {
        var harness = open();
        harness.processElement(hit(0, 5));
        assertThat(counted(harness)).containsExactly(new HitCount(WINDOW, "a", "0/5", 1));
    }

    @Test
    void byProcessingTimeTheClockDecides() throws Exception {
        var harness = open(new StartOffsets(Map.of(), WINDOW + 7_200_000), TimeCharacteristic.PROCESSING);
        harness.processElement(hit(0, 5));
        assertThat(counted(harness)).containsExactly(new HitCount(WINDOW + 3_600_000, "a", "0/5", 1));
    }

    @Test
    void repeatedCoordinatesAreDroppedAndCounted() throws Exception {
        var harness = open();
        for (long offset : new long[] {5, 6, 5, 6, 7, 3}) {
            harness.processElement(hit(0, offset));
        }
        harness.processElement(hit(1, 5));
        assertThat(counted(harness)).extracting(HitCount::referrer).containsExactly("0/5", "0/6", "0/7", "1/5");
        assertThat(tally(harness, Tallies.READ)).isEqualTo(7);
        assertThat(tally(harness, Tallies.DUPLICATES)).isEqualTo(3);
    }

    @Test
    void hitInAWindowThatIsNotSeenWholeMarksIt() throws Exception {
        var harness = open(new StartOffsets(Map.of(), WINDOW + 300_000), TimeCharacteristic.EVENT);
        harness.processElement(hit(0, 5));
        harness.processElement(record(hitAt(NOON.plusSeconds(300)), at(0, 6).toHeader()));
        assertThat(side(harness, AggregateJob.LATE)).containsExactly(new LateHits(WINDOW, WINDOWS.sizeMillis()));
        assertThat(counted(harness)).hasSize(1);
        assertThat(tally(harness, Tallies.MARKED)).isEqualTo(1);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "x",
                "00000000-0000-0001-0000-000000000002",
                "00000000-0000-0001-0000-000000000002/",
                "00000000-0000-0001-0000-000000000002//",
                "00000000-0000-0001-0000-000000000002/0/-1",
                "00000000-0000-0001-0000-000000000002/-1/0",
                "00000000-0000-0001-0000-000000000002/0/9223372036854775808",
                "00000000000000010000000000000000002_/0/1"
            })
    void recordWithoutReadableCoordinatesIsRejected(@Nullable String header) throws Exception {
        var harness = open();
        byte[] source = header == null ? null : header.getBytes(StandardCharsets.UTF_8);
        byte[] value = hitAt(NOON);
        harness.processElement(record(value, source));
        assertThat(side(harness, AggregateJob.REJECTED)).singleElement().satisfies(rejected -> {
            assertThat(rejected.reason()).isEqualTo(RejectReason.MISSING_COORDINATES);
            assertThat(rejected.value()).isEqualTo(value);
            assertThat(rejected.key()).isEqualTo(KEY);
            assertThat(rejected.position()).isEqualTo(at(9, 99));
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            EMPTY              | ``
            MALFORMED_JSON     | {"host"
            NOT_AN_OBJECT      | []
            WRONG_TYPE         | {"host":1}
            MISSING_HOST       | {"event_timestamp":"2026-03-01T12:00:00Z"}
            MISSING_EVENT_TIME | {"host":"a"}
            INVALID_EVENT_TIME | {"host":"a","event_timestamp":"noon"}
            """)
    void unreadableRecordIsRejectedOnce(RejectReason reason, String value) throws Exception {
        var harness = open();
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        harness.processElement(record(bytes, at(0, 1).toHeader()));
        harness.processElement(record(bytes, at(0, 1).toHeader()));
        assertThat(side(harness, AggregateJob.REJECTED))
                .extracting(Rejected::reason)
                .containsExactly(reason);
        assertThat(tally(harness, Tallies.REJECTED_PREFIX + reason.code())).isEqualTo(1);
        assertThat(tally(harness, Tallies.DUPLICATES)).isEqualTo(1);
    }

    @Test
    void whatWasSeenIsKnownAfterARestart() throws Exception {
        var before = open();
        before.processElement(hit(0, 5));
        OperatorSubtaskState state = before.snapshot(1, 1);
        var after = harness(EARLIEST, TimeCharacteristic.EVENT, 1, 0);
        after.initializeState(state);
        after.open();
        after.processElement(hit(0, 5));
        after.processElement(hit(0, 6));
        assertThat(counted(after)).extracting(HitCount::referrer).containsExactly("0/6");
    }

    @Test
    void whichWindowsAreSeenWholeIsToldByTheStartThatTheStateWasCountedFrom() throws Exception {
        var before = open(new StartOffsets(Map.of(), WINDOW + 300_000), TimeCharacteristic.EVENT);
        before.processElement(hit(0, 5));
        var after = harness(EARLIEST, TimeCharacteristic.EVENT, 1, 0);
        after.initializeState(before.snapshot(1, 1));
        after.open();
        after.processElement(hit(0, 6));
        assertThat(side(after, AggregateJob.LATE)).containsExactly(new LateHits(WINDOW, WINDOWS.sizeMillis()));
        assertThat(counted(after)).isEmpty();
    }

    @Test
    void topicMadeAnewSinceTheCheckpointIsNotReadOn() throws Exception {
        var before = open();
        before.processElement(hit(0, 5));
        var after = harness(EARLIEST, TimeCharacteristic.EVENT, 1, 0);
        after.initializeState(before.snapshot(1, 1));
        after.open();
        SourceCoordinates elsewhere = new SourceCoordinates(7, 7, 9, 100);
        assertThatThrownBy(() -> after.processElement(
                        new StreamRecord<>(new TopicRecord(elsewhere, 0, KEY, hitAt(NOON), at(0, 6).toHeader()))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("process_events_kafka was deleted and made anew", "--fresh");
    }

    @Test
    void afterRescalingEverySubtaskKnowsWhatAnyHasSeen() throws Exception {
        var first = harness(EARLIEST, TimeCharacteristic.EVENT, 2, 0);
        first.open();
        var second = harness(EARLIEST, TimeCharacteristic.EVENT, 2, 1);
        second.open();
        first.processElement(hit(0, 5));
        second.processElement(hit(1, 7));
        OperatorSubtaskState both =
                AbstractStreamOperatorTestHarness.repackageState(first.snapshot(1, 1), second.snapshot(1, 1));
        for (int parallelism : new int[] {1, 3}) {
            for (int subtask = 0; subtask < parallelism; subtask++) {
                var after = harness(EARLIEST, TimeCharacteristic.EVENT, parallelism, subtask);
                after.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                        both, MAX_PARALLELISM, 2, parallelism, subtask));
                after.open();
                after.processElement(hit(0, 5));
                after.processElement(hit(1, 7));
                after.processElement(hit(1, 8));
                assertThat(counted(after)).extracting(HitCount::referrer).containsExactly("1/8");
            }
        }
    }
}
