package io.tidemark.stream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CountLocallyTest {
    private static final long WINDOW = 1_772_366_400_000L;

    private OneInputStreamOperatorTestHarness<WindowedHit, HitCount> harness = harness();

    private static OneInputStreamOperatorTestHarness<WindowedHit, HitCount> harness() {
        try {
            return new OneInputStreamOperatorTestHarness<>(new CountLocally());
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
        harness.processElement(new StreamRecord<>(new WindowedHit(WINDOW, host, referrer)));
    }

    private void assertAllHandedOn() {
        assertThat(harness.extractOutputValues())
                .containsExactlyInAnyOrder(
                        new HitCount(WINDOW, "a", "", 2),
                        new HitCount(WINDOW, "a", "r", 1),
                        new HitCount(WINDOW, "b", "", 1));
    }

    @Test
    void countsGoBeforeTheWatermark() throws Exception {
        harness.processWatermark(WINDOW);
        assertAllHandedOn();
        assertThat(harness.getOutput()).last().isEqualTo(new Watermark(WINDOW));
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
