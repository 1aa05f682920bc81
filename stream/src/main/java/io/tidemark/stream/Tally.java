package io.tidemark.stream;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.metrics.Counter;

/**
 * A named count of events, kept twice: as a metric for those who watch, and as an accumulator, which is exact when a
 * bounded job has ended. Not thread-safe.
 */
public final class Tally {
    private final LongCounter accumulator = new LongCounter();
    private final Counter metric;

    public Tally(RuntimeContext context, String name) {
        context.addAccumulator(name, accumulator);
        metric = context.getMetricGroup().counter(name);
    }

    public void add(long count) {
        accumulator.add(count);
        metric.inc(count);
    }
}
