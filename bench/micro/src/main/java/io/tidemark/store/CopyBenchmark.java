package io.tidemark.store;

import io.tidemark.bench.input.EventSource;
import io.tidemark.bench.input.Workload;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.SourceCoordinates;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A row written in the binary format of COPY. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class CopyBenchmark {
    private static final int EVENTS = 1 << 12;

    private final EnrichedEvent[] events = new EnrichedEvent[EVENTS];
    private final EventCopy rows = new EventCopy();
    private long offset;

    @Setup
    public void make() {
        EventSource source = new EventSource(Workload.hour(1, 4L * EVENTS), 0);
        for (int i = 0; i < EVENTS; i++) {
            events[i] = source.nextEnriched();
        }
    }

    @Benchmark
    public int writeRow() {
        if (rows.rows() == EVENTS) {
            rows.clear();
        }
        offset++;
        rows.add(events[(int) offset & (EVENTS - 1)], new SourceCoordinates(1, 2, 0, offset));
        return rows.size();
    }
}
