package io.tidemark.stream.aggregate;

import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.TopicRecord;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.util.clock.RelativeClock;

/**
 * Watermarks of one partition: a fixed delay behind its newest event. A partition that has delivered nothing for a while
 * is quiet and holds no other one back. Time under backpressure does not count: the clock given stands still then.
 *
 * <p>A window's end is told at once, not only now and then: so an offset is never committed while windows that end before
 * its event are still open, and a job that starts at the committed offsets knows which windows it must count again.
 *
 * <p>When all partitions are quiet, {@link CountWindows} lets event time go on at the clock's pace.
 */
final class PartitionWatermarks implements WatermarkGenerator<TopicRecord> {
    private final long delayMillis;
    private final long quietAfterMillis;
    private final RelativeClock activity;

    private final TumblingWindows windows;

    private long newestMillis = Long.MIN_VALUE;
    private long nextEndMillis = Long.MIN_VALUE;
    private long lastEventAt;
    private boolean quiet;

    PartitionWatermarks(Duration delay, Duration quietAfter, TumblingWindows windows, RelativeClock activity) {
        this.windows = windows;
        this.delayMillis = delay.toMillis();
        this.quietAfterMillis = quietAfter.toMillis();
        this.activity = activity;
        this.lastEventAt = activity.relativeTimeMillis();
    }

    @Override
    public void onEvent(TopicRecord record, long timestampMillis, WatermarkOutput output) {
        newestMillis = Math.max(newestMillis, timestampMillis);
        lastEventAt = activity.relativeTimeMillis();
        if (quiet) {
            quiet = false;
            output.markActive();
        }
        if (newestMillis - delayMillis >= nextEndMillis) {
            output.emitWatermark(new Watermark(newestMillis - delayMillis - 1));
            nextEndMillis = windows.startOf(newestMillis - delayMillis) + windows.sizeMillis();
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (quiet) {
            return;
        }
        if (activity.relativeTimeMillis() - lastEventAt >= quietAfterMillis) {
            quiet = true;
            output.markIdle();
        } else if (newestMillis != Long.MIN_VALUE) {
            output.emitWatermark(new Watermark(newestMillis - delayMillis - 1));
        }
    }
}
