package io.tidemark.model;

import io.tidemark.bench.input.EventSource;
import io.tidemark.bench.input.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** A record's fields found, and its groups counted, by how many aggregates there are and whether visitors are counted. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class GroupCountsBenchmark {
    private static final int RECORDS = 1 << 16;
    private static final int MOST = 50_000;
    private static final TumblingWindows WINDOWS = new TumblingWindows(300_000);

    @Param({"1", "3", "6"})
    int aggregates;

    @Param({"false", "true"})
    boolean visitors;

    private final byte[][] records = new byte[RECORDS][];
    private GroupCounts counts = new GroupCounts(List.of(), WINDOWS, handedOn -> {});
    private int next;

    @Setup
    public void make(Blackhole handedOn) {
        EnrichedEventCodec codec = new EnrichedEventCodec();
        EventSource source = new EventSource(Workload.hour(1, 4L * RECORDS), 0);
        for (int i = 0; i < RECORDS; i++) {
            records[i] = codec.encode(source.nextEnriched());
        }
        List<Aggregate> chosen = new ArrayList<>();
        for (Aggregate each : Aggregate.DEFAULTS.subList(0, aggregates)) {
            chosen.add(new Aggregate(each.table(), each.dimensions(), visitors));
        }
        counts = new GroupCounts(chosen, WINDOWS, handedOn::consume);
    }

    @Benchmark
    public void count() {
        next = (next + 1) & (RECORDS - 1);
        counts.add(records[next], 0, every -> true);
        if (counts.size() >= MOST) {
            counts.handOnAll();
        }
    }
}
