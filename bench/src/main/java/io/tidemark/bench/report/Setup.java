package io.tidemark.bench.report;

import io.tidemark.bench.input.Workload;
import io.tidemark.bench.run.Bench;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one invocation of the benchmark measured.
 *
 * @param at when it began, ISO-8601
 * @param commit of the code; {@code unknown} if it was in no repository
 * @param versions by name of what takes part
 * @param seed and the following: see {@link Workload}
 * @param parallelism threads or tasks of each contender
 * @param storedRows of days before, in {@code processed_events} when a run began
 * @param rounds runs of each contender
 * @param warmUps runs of each before those
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
        @Nullable String log,
        int parallelism,
        long storedRows,
        int rounds,
        int warmUps) {
    public Setup {
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    }

    public static Setup of(
            String at,
            String commit,
            Machine machine,
            Map<String, String> versions,
            Workload workload,
            Bench.Conditions conditions,
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
                logName(workload),
                conditions.parallelism(),
                conditions.storedRows(),
                rounds,
                conditions.warmUps());
    }

    /**
     * Of an invocation that begins now, here, of the code in the working folder.
     *
     * @param jars folders of those that take part
     */
    public static Setup here(List<Path> jars, Workload workload, Bench.Conditions conditions, int rounds)
            throws IOException, InterruptedException {
        return of(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Versions.commit(Path.of("").toAbsolutePath()),
                Machine.here(),
                Versions.in(jars),
                workload,
                conditions,
                rounds);
    }

    private static @Nullable String logName(Workload workload) {
        return workload.log() == null ? null : workload.log().name();
    }

    /** Whether it is of that input, under the same conditions. */
    public boolean isOf(Workload workload, Bench.Conditions conditions) {
        return seed == workload.seed()
                && events == workload.events()
                && partitions == workload.partitions()
                && pairs == workload.pairs()
                && eventBytes == workload.eventBytes()
                && spanSeconds == workload.span().toSeconds()
                && Objects.equals(log, logName(workload))
                && parallelism == conditions.parallelism()
                && storedRows == conditions.storedRows();
    }

    /** What the input is, for people; the same for the same input. */
    String input() {
        if (log != null) {
            return String.format(
                    Locale.ROOT,
                    "%,d events in %d partitions: the lines of %s, again and again",
                    events,
                    partitions,
                    log);
        }
        return String.format(
                Locale.ROOT,
                "%,d events, as raw JSON of some %,d bytes, in %d partitions, %,d pairs of %,d hosts and their referrers, %d min of event time, seed %d",
                events,
                eventBytes,
                partitions,
                pairs,
                hosts,
                Duration.ofSeconds(spanSeconds).toMinutes(),
                seed);
    }
}
