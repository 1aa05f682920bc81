package io.tidemark.stream.aggregate;

import io.tidemark.stream.TopicRecord;
import java.time.Clock;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;

/** Watermarks for windows by processing time: the clock, whatever the records say. */
final class ClockWatermarks implements WatermarkGenerator<TopicRecord> {
    private final Clock clock;

    ClockWatermarks(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void onEvent(TopicRecord record, long timestampMillis, WatermarkOutput output) {
        // Records do not move this clock.
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        output.emitWatermark(new Watermark(clock.millis() - 1));
    }
}
