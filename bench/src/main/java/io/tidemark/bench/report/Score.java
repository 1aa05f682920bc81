package io.tidemark.bench.report;

import io.tidemark.bench.run.Measurement;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a contender's runs with right results come to; medians, unless they say otherwise.
 *
 * @param runs number of them; if 0, all figures are 0
 * @param wrong number of runs with wrong results, which score nothing
 * @param median events a second
 * @param lowest events a second
 * @param highest events a second
 * @param cpuMicros processor time of the program, µs an event
 * @param kafkaCpuMicros of the broker meanwhile
 * @param postgresCpuMicros of PostgreSQL meanwhile
 * @param residentBytes the most memory that any of the runs had
 * @param gcPauseMillis for how long the program stood still while garbage was collected
 * @param walBytes of PostgreSQL's log, an event
 */
public record Score(
        Entrant entrant,
        int runs,
        int wrong,
        double median,
        double lowest,
        double highest,
        double cpuMicros,
        double kafkaCpuMicros,
        double postgresCpuMicros,
        double residentBytes,
        double gcPauseMillis,
        double walBytes) {

    /**
     * The figures of a contender.
     *
     * @param all its runs, those to warm up among them
     */
    public static Score of(Entrant entrant, List<Measurement> all) {
        List<Measurement> runs = all.stream().filter(Measurement::counts).toList();
        return new Score(
                entrant,
                runs.size(),
                (int) all.stream().filter(each -> !each.fault().isEmpty()).count(),
                median(runs, Measurement::eventsPerSecond),
                runs.stream().mapToDouble(Measurement::eventsPerSecond).min().orElse(0),
                runs.stream().mapToDouble(Measurement::eventsPerSecond).max().orElse(0),
                median(runs, each -> each.cpuMillis() * 1000.0 / each.events()),
                median(runs, each -> each.kafkaCpuMillis() * 1000.0 / each.events()),
                median(runs, each -> each.postgresCpuMillis() * 1000.0 / each.events()),
                runs.stream().mapToDouble(Measurement::residentBytes).max().orElse(0),
                median(runs, Measurement::gcPauseMillis),
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
