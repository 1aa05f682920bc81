package io.tidemark.bench.report;

import io.tidemark.bench.input.Workload;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How one invocation of the benchmark measured.
 *
 * @param at when it began, ISO-8601
 * @param commit of the code; {@code unknown} if it was in no repository
 * @param versions by name of what takes part
 * @param seed and the following: see {@link Workload}
 * @param parallelism threads or tasks of each contender
 * @param rounds runs of each contender, after one to warm up
 */
public record Setup(
        String at,
        String commit,
        Machine machine,
        Map<String, String> versions,
        long seed,
        long events,
        int partitions,
        int pairs,
        int hosts,
        int eventBytes,
        long spanSeconds,
        int parallelism,
        int rounds) {
    public Setup {
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    }

    public static Setup of(
            String at,
            String commit,
            Machine machine,
            Map<String, String> versions,
            Workload workload,
            int parallelism,
            int rounds) {
        return new Setup(
                at,
                commit,
                machine,
                versions,
                workload.seed(),
                workload.events(),
                workload.partitions(),
                workload.pairs(),
                workload.hosts(),
                workload.eventBytes(),
                workload.span().toSeconds(),
                parallelism,
                rounds);
    }

    /** What the input is, for people; the same for the same input. */
    String input() {
        return String.format(
                Locale.ROOT,
                "%,d events of some %,d bytes in %d partitions, %,d pairs of %,d hosts and their referrers, %d min of event time, seed %d",
                events,
                eventBytes,
                partitions,
                pairs,
                hosts,
                Duration.ofSeconds(spanSeconds).toMinutes(),
                seed);
    }
}
