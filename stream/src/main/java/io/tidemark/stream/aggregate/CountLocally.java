package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.stream.OneTimer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/**
 * Adds up hits before they are shuffled, so that a busy host is no bottleneck. Everything is handed on before a
 * watermark, after a moment, before a checkpoint and at the end: it holds nothing that a checkpoint would miss.
 */
final class CountLocally extends AbstractStreamOperator<HitCount>
        implements OneInputStreamOperator<WindowedHit, HitCount> {
    private static final long serialVersionUID = 1L;
    private static final int MAX_KEYS = 20_000;

    /** For hits that no watermark follows, such as late ones. */
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private transient @Nullable OneTimer timer;
    private transient Map<WindowedHit, Sum> sums = new HashMap<>();

    @Override
    public void open() throws Exception {
        super.open();
        timer = new OneTimer(getProcessingTimeService());
        sums = new HashMap<>();
    }

    @Override
    public void processElement(StreamRecord<WindowedHit> element) {
        sums.computeIfAbsent(element.getValue(), hit -> new Sum()).hits++;
        if (sums.size() >= MAX_KEYS) {
            handOn();
        } else {
            requireNonNull(timer).arm(LONGEST, now -> handOn());
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        handOn();
        super.processWatermark(mark);
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status) throws Exception {
        handOn();
        super.processWatermarkStatus(status);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        handOn();
    }

    @Override
    public void finish() throws Exception {
        handOn();
        super.finish();
    }

    private void handOn() {
        requireNonNull(timer).disarm();
        sums.forEach((hit, sum) -> output.collect(
                new StreamRecord<>(new HitCount(hit.windowStartMillis(), hit.host(), hit.referrer(), sum.hits))));
        sums.clear();
    }

    private static final class Sum {
        private long hits;
    }
}
