package io.tidemark.stream.aggregate;

import io.tidemark.bench.input.EventSource;
import io.tidemark.bench.input.Workload;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.HitScanner;
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

/** A hit found by scanning and added up, by how many pairs of host and referrer there are. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class LocalCountsBenchmark {
    private static final int RECORDS = 1 << 16;

    @Param({"100", "10000", "1000000"})
    int pairs;

    private final HitScanner scanner = new HitScanner();
    private final byte[][] records = new byte[RECORDS][];
    private LocalCounts counts = new LocalCounts(handedOn -> {});
    private int next;

    @Setup
    public void make(Blackhole handedOn) {
        EnrichedEventCodec codec = new EnrichedEventCodec();
        EventSource source = new EventSource(Workload.hour(1, 4L * RECORDS).withPairs(pairs), 0);
        for (int i = 0; i < RECORDS; i++) {
            records[i] = codec.encode(source.nextEnriched());
        }
        counts = new LocalCounts(handedOn::consume);
    }

    @Benchmark
    public void scanAndCount() {
        next = (next + 1) & (RECORDS - 1);
        byte[] record = records[next];
        scanner.scan(record);
        counts.add(record, scanner, 0);
    }
}
