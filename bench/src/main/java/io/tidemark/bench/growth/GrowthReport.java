package io.tidemark.bench.growth;

import static java.util.stream.Collectors.joining;

import io.tidemark.bench.input.Workload;
import io.tidemark.bench.report.Entrant;
import io.tidemark.bench.report.Invocation;
import io.tidemark.bench.report.Score;
import io.tidemark.bench.report.Setup;
import io.tidemark.bench.run.Measurement;
import io.tidemark.bench.run.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** The curves as Markdown and charts. */
final class GrowthReport {
    private final List<Curve> curves;
    private final Workload crowded;
    private final List<Invocation> invocations;

    /** @param crowded input of the trials of heaps */
    GrowthReport(List<Curve> curves, Workload crowded, List<Invocation> invocations) {
        this.curves = List.copyOf(curves);
        this.crowded = crowded;
        this.invocations = List.copyOf(invocations);
    }

    /** What was measured there last; nothing if that is not complete, or had wrong results. */
    static Optional<Invocation> at(List<Invocation> invocations, Work work, Curve.Point point) {
        return invocations.stream()
                .filter(each -> each.setup().isOf(point.workload(), point.conditions()))
                .filter(each -> !each.entrants().isEmpty()
                        && each.entrants().stream()
                                .allMatch(entrant -> entrant.work() == work && isComplete(each, entrant)))
                .reduce((earlier, later) -> later);
    }

    private static boolean isComplete(Invocation invocation, Entrant entrant) {
        return runs(invocation, entrant).filter(Measurement::counts).count()
                == invocation.setup().rounds();
    }

    private static Stream<Measurement> runs(Invocation invocation, Entrant entrant) {
        return invocation.runs().stream()
                .map(Invocation.Run::measurement)
                .filter(each -> each.contender().equals(entrant.name()));
    }

    /** What a trial of that heap came to last. */
    static Optional<Measurement> heap(List<Invocation> invocations, Workload crowded, int heapMiB) {
        return heapTrials(invocations, crowded)
                .filter(each -> each.contender().equals(HeapTrial.name(heapMiB)))
                .reduce((earlier, later) -> later);
    }

    private static Stream<Measurement> heapTrials(List<Invocation> invocations, Workload crowded) {
        return invocations.stream()
                .filter(each -> each.setup().isOf(crowded, HeapTrial.CONDITIONS))
                .flatMap(each -> each.runs().stream())
                .filter(each -> each.work() == Work.BOTH)
                .map(Invocation.Run::measurement);
    }

    /** Writes the report, and its charts beside it, named after it. */
    void write(Path file) throws IOException, InterruptedException {
        Path absolute = file.toAbsolutePath();
        String prefix = String.valueOf(absolute.getFileName()).replaceFirst("\\.md$", "") + "-";
        for (Curve curve : curves) {
            Map<String, SortedMap<Double, Score>> scores = scores(curve);
            if (!scores.isEmpty()) {
                LineChart.write(absolute.resolveSibling(prefix + curve.id() + ".svg"), curve, scores);
            }
        }
        Files.writeString(absolute, markdown(prefix), StandardCharsets.UTF_8);
    }

    /** Medians of contenders by name, and by what grows. */
    private Map<String, SortedMap<Double, Score>> scores(Curve curve) {
        Map<String, SortedMap<Double, Score>> scores = new LinkedHashMap<>();
        for (Curve.Point point : curve.points()) {
            at(invocations, curve.work(), point)
                    .ifPresent(found -> found.entrants()
                            .forEach(entrant -> scores.computeIfAbsent(entrant.name(), none -> new TreeMap<>())
                                    .put(
                                            point.at(),
                                            Score.of(
                                                    entrant,
                                                    runs(found, entrant).toList()))));
        }
        return scores;
    }

    String markdown(String prefix) throws InterruptedException {
        StringBuilder text = new StringBuilder("""
                # Growth

                Made by `make bench_growth`: one thing grows, all else stays as in the [benchmarks](benchmarks.md). Each rate is the median of a few runs of the
                whole program, start-up included, so at small inputs start-up is most of it; a run counts only if its rows are right. Sizes of events are
                nominal: of 300, 524, 1,024 and 4,096 bytes they have 241, 465, 964 and 4,036 in the mean as raw JSON, and 360, 470, 970 and 4,042 enriched. Of the pairs in a window those are told that events are drawn from: most events are
                of few of them, so of a million some occur not at all.

                | | |
                |---|---|
                """);
        text.append("| measured | %s |%n".formatted(all(setup -> setup.at().substring(0, "2026-11-25".length()))))
                .append("| commit | %s |%n".formatted(all(Setup::commit)))
                .append("| machine | %s |%n"
                        .formatted(all(setup -> setup.machine().toString())));
        for (Curve curve : curves) {
            Map<String, SortedMap<Double, Score>> scores = scores(curve);
            if (!scores.isEmpty()) {
                text.append(section(curve, scores, prefix));
            }
        }
        return text.append(heaps()).toString();
    }

    /** Their different values. */
    private String all(Function<Setup, String> value) {
        return invocations.stream()
                .map(each -> value.apply(each.setup()))
                .distinct()
                .collect(joining(", "));
    }

    private static String section(Curve curve, Map<String, SortedMap<Double, Score>> scores, String prefix) {
        StringBuilder text =
                new StringBuilder("""

                ## %1$s: %2$s

                ![Rate by %2$s](%3$s%4$s.svg)

                | %2$s | | events/s, median | lowest … highest | CPU µs/event | Kafka | PostgreSQL | memory, highest | GC pauses | WAL B/event |
                |--:|---|--:|--:|--:|--:|--:|--:|--:|--:|
                """.formatted(capitalized(curve.work().toString()), curve.of(), prefix, curve.id()));
        for (Curve.Point point : curve.points()) {
            scores.forEach((name, line) -> {
                Score score = line.get(point.at());
                if (score != null) {
                    text.append(row(point.at(), score));
                }
            });
        }
        return text.toString();
    }

    private static String row(double at, Score score) {
        return String.format(
                Locale.ROOT,
                "| %,.0f | %s | %,.0f | %,.0f … %,.0f | %.2f | %.2f | %.2f | %,.0f MiB | %,.0f ms | %,.0f |%n",
                at,
                score.entrant().name(),
                score.median(),
                score.lowest(),
                score.highest(),
                score.cpuMicros(),
                score.kafkaCpuMicros(),
                score.postgresCpuMicros(),
                score.residentBytes() / 1024 / 1024,
                score.gcPauseMillis(),
                score.walBytes());
    }

    private String heaps() throws InterruptedException {
        List<Measurement> trials = heapTrials(invocations, crowded).toList();
        if (trials.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(
                """

                ## Heap of the whole embedded stack

                `tidemark run` on a file of %,d raw events of %,d minutes: Kafka, Flink, the import and both jobs in one virtual machine, which the figures are of. The fullest window has
                %,d pairs of host and referrer. One run each, rows checked.

                | | events/s, all in all | CPU µs/event | memory, highest | GC pauses | |
                |---|--:|--:|--:|--:|---|
                """.formatted(crowded.events(), crowded.span().toMinutes(), HeapTrial.largestWindow(crowded)));
        for (Measurement each : trials) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %.2f | %,d MiB | %,.0f ms | %s |%n",
                    each.contender(),
                    each.eventsPerSecond(),
                    each.cpuMillis() * 1000.0 / each.events(),
                    each.residentBytes() >> 20,
                    each.gcPauseMillis(),
                    each.fault().isEmpty() ? "right" : each.fault()));
        }
        return text.toString();
    }

    private static String capitalized(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
