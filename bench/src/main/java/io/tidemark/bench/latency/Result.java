package io.tidemark.bench.latency;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What was measured under one load.
 *
 * @param events microseconds from when each event was due to be sent until its row was seen
 * @param windows microseconds from when each window was due until its row of each host was seen
 * @param windowsMeasured how many windows those rows are of
 * @param slip microseconds by which events were handed to the producer after they were due
 * @param lags about twice a second, while it was measured
 * @param busy part of the machine's processors that was busy meanwhile, ours and others' work; negative if unknown
 * @param behind why the system cannot be said to keep up; empty if it did
 * @param fault why the figures are void; empty if they are not
 */
record Result(
        Load load,
        Histogram events,
        Histogram windows,
        int windowsMeasured,
        Histogram slip,
        List<Lag> lags,
        double busy,
        String behind,
        String fault) {
    Result {
        lags = List.copyOf(lags);
    }
}
