package io.tidemark.stream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.EventTime;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.TopicRecord;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandingOnTest {
    private static final long WINDOW = 1_772_366_400_000L;
    private static final Duration SIZE = Duration.ofMinutes(5);
    private static final long CLOSES = WINDOW + SIZE.toMillis() - 1;

    private long offset;

    private OneInputStreamOperatorTestHarness<TopicRecord, HitCount> harness = harness();

    private static OneInputStreamOperatorTestHarness<TopicRecord, HitCount> harness() {
        try {
            return new OneInputStreamOperatorTestHarness<>(new CountHits(
                    new StartOffsets(Map.of(), Long.MIN_VALUE),
                    TumblingWindows.of(SIZE),
                    List.of(),
                    Long.MIN_VALUE,
                    TimeCharacteristic.EVENT,
                    Clock.systemUTC()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void open() throws Exception {
        harness.open();
        hit("a", "");
        hit("a", "");
        hit("a", "r");
        hit("b", "");
        assertThat(harness.getOutput()).isEmpty();
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    private void hit(String host, String referrer) throws Exception {
        hit(WINDOW, host, referrer);
    }

    private void hit(long at, String host, String referrer) throws Exception {
        byte[] value = "{\"event_timestamp\":\"%s\",\"referrer\":\"%s\",\"host\":\"%s\"}"
                .formatted(EventTime.format(at), referrer, host)
                .getBytes(StandardCharsets.UTF_8);
        SourceCoordinates source = new SourceCoordinates(1, 2, 0, offset++);
        harness.processElement(new StreamRecord<>(
                new TopicRecord(new SourceCoordinates(3, 4, 0, offset), at, null, value, source.toHeader())));
    }

    private void assertAllHandedOn() {
        assertThat(harness.extractOutputValues())
                .containsExactlyInAnyOrder(
                        new HitCount(WINDOW, "a", "", 2),
                        new HitCount(WINDOW, "a", "r", 1),
                        new HitCount(WINDOW, "b", "", 1));
    }

    @Test
    void countsGoBeforeTheWatermarkThatClosesTheirWindow() throws Exception {
        harness.processWatermark(CLOSES - 1);
        assertThat(harness.extractOutputValues()).isEmpty();
        harness.processWatermark(CLOSES);
        assertAllHandedOn();
        assertThat(harness.getOutput()).last().isEqualTo(new Watermark(CLOSES));
    }

    @Test
    void lateHitsGoBeforeTheNextWatermark() throws Exception {
        harness.processWatermark(CLOSES);
        hit("a", "r");
        hit(CLOSES + 1, "a", "r");
        harness.processWatermark(CLOSES + 1);
        assertThat(harness.extractOutputValues())
                .endsWith(new HitCount(WINDOW, "a", "r", 1), new HitCount(CLOSES + 1, "a", "r", 1));
    }

    @Test
    void countsOfOnePairInSeveralWindowsAreKeptApart() throws Exception {
        for (int i = 0; i < 5; i++) {
            hit(WINDOW + i % 2 * SIZE.toMillis(), "a", "");
        }
        harness.prepareSnapshotPreBarrier(1);
        Map<Long, Long> byWindow = new TreeMap<>();
        harness.extractOutputValues().stream()
                .filter(count -> count.host().equals("a") && count.referrer().isEmpty())
                .forEach(count -> byWindow.merge(count.windowStartMillis(), count.hits(), Long::sum));
        assertThat(byWindow).containsExactly(Map.entry(WINDOW, 5L), Map.entry(WINDOW + SIZE.toMillis(), 2L));
    }

    @Test
    void textsThatHaveToBeParsedCountTogetherWithThoseThatNeedNot() throws Exception {
        harness.prepareSnapshotPreBarrier(1);
        harness.getOutput().clear();
        hit("a", "r");
        hit("\\u0061", "r");
        hit("a", "\u00fc");
        hit("a", "\\u00fc");
        harness.prepareSnapshotPreBarrier(2);
        assertThat(harness.extractOutputValues())
                .containsExactly(new HitCount(WINDOW, "a", "r", 2), new HitCount(WINDOW, "a", "\u00fc", 2));
    }

    @Test
    void countsGoAfterAMomentWithoutAWatermark() throws Exception {
        harness.setProcessingTime(harness.getProcessingTime() + 1_000);
        assertAllHandedOn();
    }

    @Test
    void countsGoBeforeTheIdleStatus() throws Exception {
        harness.processWatermarkStatus(WatermarkStatus.IDLE);
        assertAllHandedOn();
        assertThat(harness.getOutput()).last().isEqualTo(WatermarkStatus.IDLE);
    }

    @Test
    void countsGoBeforeACheckpoint() throws Exception {
        harness.prepareSnapshotPreBarrier(1);
        assertAllHandedOn();
        harness.prepareSnapshotPreBarrier(2);
        assertAllHandedOn();
    }

    @Test
    void countsGoAtTheEnd() throws Exception {
        harness.getOperator().finish();
        assertAllHandedOn();
    }

    @Test
    void manyKeysGoWithoutWaiting() throws Exception {
        for (int i = 0; i < 30_000; i++) {
            hit("host-" + i, "");
        }
        assertThat(harness.extractOutputValues()).hasSizeGreaterThanOrEqualTo(20_000);
        harness.getOperator().finish();
        assertThat(harness.extractOutputValues().stream()
                        .mapToLong(HitCount::hits)
                        .sum())
                .isEqualTo(30_004);
    }
}
