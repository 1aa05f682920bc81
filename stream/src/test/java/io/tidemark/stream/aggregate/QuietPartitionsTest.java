package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.TopicRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkOutputMultiplexer;
import org.junit.jupiter.api.Test;

/**
 * Partitions of one subtask, with their watermarks combined as Flink's source combines them. Flink takes the highest one
 * when the last partitions become idle together: that the last window closes rests on it.
 */
class QuietPartitionsTest {
    private static final TopicRecord RECORD = new TopicRecord(new SourceCoordinates(1, 2, 0, 0), 0, null, null, null);
    private static final long NOON = 1_772_366_400_000L;
    private static final long DELAY = 15_000;
    private static final long TWO_WEEKS = Duration.ofDays(14).toMillis();

    private static final WatermarkOutputMultiplexer.WatermarkUpdateListener NOBODY =
            new WatermarkOutputMultiplexer.WatermarkUpdateListener() {
                @Override
                public void onIdleUpdate(boolean idle) {
                    // Only what is combined counts here.
                }

                @Override
                public void onWatermarkUpdate(long watermark) {
                    // Only what is combined counts here.
                }
            };

    private final SettableClock clock = new SettableClock();
    private final Latest combined = new Latest();
    private final WatermarkOutputMultiplexer multiplexer = new WatermarkOutputMultiplexer(combined);
    private final Map<String, WatermarkGenerator<TopicRecord>> partitions = new HashMap<>();

    private void partition(String name) {
        multiplexer.registerNewOutput(name, NOBODY);
        partitions.put(
                name,
                new PartitionWatermarks(
                        Duration.ofMillis(DELAY), Duration.ofSeconds(5), new TumblingWindows(300_000), clock));
    }

    private void event(String partition, long timestamp) {
        requireNonNull(partitions.get(partition)).onEvent(RECORD, timestamp, multiplexer.getImmediateOutput(partition));
    }

    private void tick() {
        partitions.forEach((name, watermarks) -> watermarks.onPeriodicEmit(multiplexer.getDeferredOutput(name)));
        multiplexer.onPeriodicEmit();
    }

    @Test
    void slowestActivePartitionHoldsTheOthersBack() {
        partition("a");
        partition("b");
        event("a", NOON - TWO_WEEKS);
        event("b", NOON);
        tick();
        assertThat(combined.watermark).isEqualTo(NOON - TWO_WEEKS - DELAY - 1);
        assertThat(combined.idle).isFalse();
    }

    @Test
    void partitionThatBecomesQuietHoldsNobodyBack() {
        partition("a");
        partition("b");
        event("a", NOON - TWO_WEEKS);
        clock.millis = 5_000;
        event("b", NOON);
        tick();
        tick();
        assertThat(combined.watermark).isEqualTo(NOON - DELAY - 1);
        assertThat(combined.idle).isFalse();
    }

    @Test
    void partitionsThatBecomeQuietAtOnceHoldNobodyBackEither() {
        partition("a");
        partition("b");
        partition("empty");
        event("a", NOON - TWO_WEEKS);
        event("b", NOON);
        tick();
        clock.millis = 5_000;
        tick();
        tick();
        assertThat(combined.watermark).isEqualTo(NOON - DELAY - 1);
        assertThat(combined.idle).isTrue();
    }

    private static final class Latest implements WatermarkOutput {
        private long watermark = Long.MIN_VALUE;
        private boolean idle;

        @Override
        public void emitWatermark(Watermark mark) {
            watermark = mark.getTimestamp();
            idle = false;
        }

        @Override
        public void markIdle() {
            idle = true;
        }

        @Override
        public void markActive() {
            idle = false;
        }
    }
}
