package io.tidemark.stream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.TopicRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.junit.jupiter.api.Test;

class PartitionWatermarksTest {
    private static final TopicRecord RECORD = new TopicRecord(new SourceCoordinates(1, 2, 0, 0), 0, null, null, null);
    private static final long NOON = 1_772_366_400_000L;

    private final SettableClock clock = new SettableClock();
    private final Recorded output = new Recorded();
    private final PartitionWatermarks watermarks =
            new PartitionWatermarks(Duration.ofSeconds(15), Duration.ofSeconds(5), new TumblingWindows(300_000), clock);

    @Test
    void watermarkStaysBehindTheNewestEvent() {
        watermarks.onEvent(RECORD, NOON, output);
        watermarks.onEvent(RECORD, NOON - 60_000, output);
        watermarks.onPeriodicEmit(output);
        assertThat(output.seen).containsOnly("watermark " + (NOON - 15_001));
    }

    @Test
    void theEndOfAWindowIsToldAtOnce() {
        watermarks.onEvent(RECORD, NOON, output);
        watermarks.onEvent(RECORD, NOON + 14_999, output);
        assertThat(output.seen).containsExactly("watermark " + (NOON - 15_001));
        watermarks.onEvent(RECORD, NOON + 15_000, output);
        assertThat(output.seen).endsWith("watermark " + (NOON - 1)).hasSize(2);
        watermarks.onEvent(RECORD, NOON + 16_000, output);
        assertThat(output.seen).hasSize(2);
    }

    @Test
    void nothingIsSaidBeforeTheFirstEvent() {
        watermarks.onPeriodicEmit(output);
        assertThat(output.seen).isEmpty();
    }

    @Test
    void partitionThatDeliversNothingBecomesQuietOnce() {
        watermarks.onEvent(RECORD, NOON, output);
        clock.millis = 4_999;
        watermarks.onPeriodicEmit(output);
        assertThat(output.seen).doesNotContain("idle");
        clock.millis = 60_000;
        for (int i = 0; i < 5; i++) {
            watermarks.onPeriodicEmit(output);
        }
        assertThat(output.seen).endsWith("idle").containsOnlyOnce("idle");
    }

    @Test
    void emptyPartitionBecomesQuiet() {
        clock.millis = 5_000;
        watermarks.onPeriodicEmit(output);
        watermarks.onPeriodicEmit(output);
        assertThat(output.seen).containsExactly("idle");
    }

    @Test
    void clockThatStandsStillMakesNobodyQuiet() {
        watermarks.onEvent(RECORD, NOON, output);
        for (int i = 0; i < 1_000; i++) {
            watermarks.onPeriodicEmit(output);
        }
        assertThat(output.seen).doesNotContain("idle");
    }

    @Test
    void nextEventEndsTheQuiet() {
        clock.millis = 5_000;
        watermarks.onPeriodicEmit(output);
        watermarks.onPeriodicEmit(output);
        watermarks.onEvent(RECORD, NOON, output);
        watermarks.onPeriodicEmit(output);
        assertThat(output.seen)
                .containsExactly("idle", "active", "watermark " + (NOON - 15_001), "watermark " + (NOON - 15_001));
    }

    private static final class Recorded implements WatermarkOutput {
        private final List<String> seen = new ArrayList<>();

        @Override
        public void emitWatermark(Watermark watermark) {
            seen.add("watermark " + watermark.getTimestamp());
        }

        @Override
        public void markIdle() {
            seen.add("idle");
        }

        @Override
        public void markActive() {
            seen.add("active");
        }
    }
}
