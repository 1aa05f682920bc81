package io.tidemark.model;

import io.tidemark.bench.input.EventSource;
import io.tidemark.bench.input.Workload;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Records read and written; thousands in turn, so that they come from memory, as they do in a job. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class RecordBenchmark {
    private static final int RECORDS = 1 << 14;

    private final RawEventCodec rawCodec = new RawEventCodec();
    private final EnrichedEventCodec enrichedCodec = new EnrichedEventCodec();
    private final HitScanner scanner = new HitScanner();
    private final RawEvent[] raw = new RawEvent[RECORDS];
    private final byte[][] rawJson = new byte[RECORDS][];
    private final EnrichedEvent[] enriched = new EnrichedEvent[RECORDS];
    private final byte[][] enrichedJson = new byte[RECORDS][];
    private int next;

    @Setup
    public void make() {
        EventSource source = new EventSource(Workload.hour(1, 4L * RECORDS), 0);
        EventSource again = new EventSource(Workload.hour(1, 4L * RECORDS), 0);
        for (int i = 0; i < RECORDS; i++) {
            raw[i] = source.next();
            rawJson[i] = rawCodec.encode(raw[i]);
            enriched[i] = again.nextEnriched();
            enrichedJson[i] = enrichedCodec.encode(enriched[i]);
        }
    }

    private int next() {
        next = (next + 1) & (RECORDS - 1);
        return next;
    }

    @Benchmark
    public RawEvent readRaw() throws InvalidEventException {
        return rawCodec.decode(rawJson[next()]);
    }

    @Benchmark
    public RawEvent readRawByTheParser() throws InvalidEventException {
        return rawCodec.parse(rawJson[next()]);
    }

    @Benchmark
    public byte[] writeRaw() {
        return rawCodec.encode(raw[next()]);
    }

    @Benchmark
    public byte[] writeEnriched() {
        return enrichedCodec.encode(enriched[next()]);
    }

    @Benchmark
    public long scanHit() {
        return scanner.scan(enrichedJson[next()]) ? scanner.eventTimeMillis() : 0;
    }

    @Benchmark
    public Hit readHitByTheParser() throws InvalidEventException {
        return enrichedCodec.decodeHit(enrichedJson[next()]);
    }

    @Benchmark
    public String writeTime() {
        return EventTime.format(raw[next()].eventTimeMillis());
    }

    @Benchmark
    public long readTime() throws InvalidEventException {
        return EventTime.parse("2026-03-01T12:00:00.123Z");
    }
}
