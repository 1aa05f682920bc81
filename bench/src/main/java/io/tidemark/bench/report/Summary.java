package io.tidemark.bench.report;

import io.tidemark.bench.run.Measurement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Medians of each contender's runs, and how many times as fast the first one is. */
public final class Summary {
    private final Map<String, List<Measurement>> byContender = new LinkedHashMap<>();
    private final List<Measurement> faulty = new ArrayList<>();

    /** @param measured in any order; the contender that comes first is the one that the others are compared with */
    public Summary(List<Measurement> measured) {
        for (Measurement each : measured) {
            List<Measurement> runs = byContender.computeIfAbsent(each.contender(), none -> new ArrayList<>());
            if (each.counts()) {
                runs.add(each);
            } else if (!each.fault().isEmpty()) {
                faulty.add(each);
            }
        }
    }

    /** Whether every run of every contender had the right results. */
    public boolean allRight() {
        return faulty.isEmpty();
    }

    /** A table for people, and for Markdown. */
    public String markdown() {
        StringBuilder table = new StringBuilder("""
                | contender | runs | events/s, median | lowest … highest | first is × as fast | CPU µs/event | Kafka | PostgreSQL | memory | WAL B/event |
                |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
                """);
        double first = byContender.isEmpty()
                ? 0
                : median(byContender.values().iterator().next(), Measurement::eventsPerSecond);
        byContender.forEach((contender, runs) -> {
            if (runs.isEmpty()) {
                boolean wrong =
                        faulty.stream().anyMatch(each -> each.contender().equals(contender));
                table.append("| %s | 0 | %s | | | | | | | |%n"
                        .formatted(contender, wrong ? "wrong results" : "warmed up only"));
            } else {
                table.append(row(contender, runs, first));
            }
        });
        for (Measurement each : faulty) {
            table.append("%n%s, round %d: %s%n".formatted(each.contender(), each.round(), each.fault()));
        }
        return table.toString();
    }

    private static String row(String contender, List<Measurement> runs, double first) {
        double median = median(runs, Measurement::eventsPerSecond);
        return String.format(
                Locale.ROOT,
                "| %s | %d | %,.0f | %,.0f … %,.0f | %.2f | %.2f | %.2f | %.2f | %,.0f MiB | %,.0f |%n",
                contender,
                runs.size(),
                median,
                runs.stream().mapToDouble(Measurement::eventsPerSecond).min().orElse(0),
                runs.stream().mapToDouble(Measurement::eventsPerSecond).max().orElse(0),
                first / median,
                median(runs, each -> each.cpuMillis() * 1000.0 / each.events()),
                median(runs, each -> each.kafkaCpuMillis() * 1000.0 / each.events()),
                median(runs, each -> each.postgresCpuMillis() * 1000.0 / each.events()),
                median(runs, each -> each.residentBytes() / 1024.0 / 1024.0),
                median(runs, each -> (double) each.walBytes() / each.events()));
    }

    /** The middle one, or the mean of the two in the middle. */
    private static double median(List<Measurement> runs, ToDoubleFunction<Measurement> figure) {
        double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length == 0
                ? 0
                : sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
