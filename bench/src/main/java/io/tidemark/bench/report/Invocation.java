package io.tidemark.bench.report;

import io.tidemark.bench.run.Measurement;
import io.tidemark.bench.run.Work;
import java.util.List;

/** All that one invocation of the benchmark measured, in the order in which it was. */
public record Invocation(Setup setup, List<Entrant> entrants, List<Run> runs) {
    public Invocation {
        entrants = List.copyOf(entrants);
        runs = List.copyOf(runs);
    }

    /** What it measured of one work. */
    Summary summary(Work work) {
        return new Summary(
                entrants.stream().filter(each -> each.work() == work).toList(),
                runs.stream()
                        .filter(each -> each.work() == work)
                        .map(Run::measurement)
                        .toList());
    }

    /** One run of a contender. */
    public record Run(Work work, Measurement measurement) {}
}
