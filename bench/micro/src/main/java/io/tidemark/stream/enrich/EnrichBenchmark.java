package io.tidemark.stream.enrich;

import io.tidemark.bench.input.EventSource;
import io.tidemark.bench.input.Workload;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RawEvent;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Enrichment with its caches warm, and what a user agent costs that is not in them. No geo database. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class EnrichBenchmark {
    private static final int RECORDS = 1 << 14;

    private final RawEvent[] raw = new RawEvent[RECORDS];
    private final Enrichment enrichment =
            Enrichment.of(GeoLookup.open(null), VisitorIds.withFixedSalt(), IpPolicy.TRUNCATE);
    private final VisitorIds visitors = VisitorIds.withFixedSalt();
    private final UserAgentParser agents = UserAgentParser.shared();
    private int next;
    private long made;

    @Setup
    public void make() {
        EventSource source = new EventSource(Workload.hour(1, 4L * RECORDS), 0);
        for (int i = 0; i < RECORDS; i++) {
            raw[i] = source.next();
        }
    }

    @Benchmark
    public EnrichedEvent enrich() throws InvalidEventException {
        next = (next + 1) & (RECORDS - 1);
        return enrichment.enrich(raw[next]);
    }

    @Benchmark
    public @Nullable String visitor() {
        next = (next + 1) & (RECORDS - 1);
        RawEvent event = raw[next];
        return visitors.of(event.ip(), event.userAgent(), event.host(), event.eventTimeMillis());
    }

    @Benchmark
    public EnrichedEvent.Client readNewUserAgent() {
        made++;
        return agents.parse("Mozilla/5.0 (X11; Linux x86_64; rv:" + made + ") Gecko/20100101 Firefox/" + made % 150);
    }
}
