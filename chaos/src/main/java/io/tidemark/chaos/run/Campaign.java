package io.tidemark.chaos.run;

import io.tidemark.chaos.fault.FaultKind;
import io.tidemark.chaos.report.RunLog;
import io.tidemark.chaos.report.RunResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The runs of an invocation, on one or more lanes. */
public final class Campaign {
    private static final int ATTEMPTS = 3;

    private final ChaosConfig config;
    private final long seed;
    private final List<FaultKind> faults;
    private final int runs;
    private final int lanes;
    private final AtomicInteger next = new AtomicInteger();

    /**
     * Prepares the runs.
     *
     * @param faults of every run; empty for each in turn with up to two others
     */
    public Campaign(ChaosConfig config, long seed, List<FaultKind> faults, int runs, int lanes) {
        if (runs < 1 || lanes < 1) {
            throw new IllegalArgumentException("runs and parallel must be at least 1; were " + runs + " and " + lanes);
        }
        this.config = config;
        this.seed = seed;
        this.faults = List.copyOf(faults);
        this.runs = runs;
        this.lanes = lanes;
    }

    /**
     * Does all runs.
     *
     * @param log gets a line a run
     * @param lines told what happens, for people
     */
    public List<RunResult> run(RunLog log, Consumer<String> lines) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(lanes);
        try {
            List<Callable<List<RunResult>>> work = new ArrayList<>();
            for (int lane = 1; lane <= lanes; lane++) {
                Lane own = new Lane(config.folder().resolve("lane-" + lane), config);
                work.add(() -> runLane(own, log, lines));
            }
            List<RunResult> results = new ArrayList<>();
            for (Future<List<RunResult>> done : threads.invokeAll(work)) {
                results.addAll(done.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private List<RunResult> runLane(Lane lane, RunLog log, Consumer<String> lines) throws Exception {
        List<RunResult> results = new ArrayList<>();
        try (lane) {
            for (int index = next.getAndIncrement(); index < runs; index = next.getAndIncrement()) {
                RunPlan plan = RunPlan.nth(seed, index, faults);
                results.addAll(untilBegun(lane, plan, index, log, lines));
            }
        }
        return results;
    }

    /** Does the run again if it could not begin; all attempts. */
    private List<RunResult> untilBegun(Lane lane, RunPlan plan, int index, RunLog log, Consumer<String> lines)
            throws Exception {
        List<RunResult> attempts = new ArrayList<>();
        while (true) {
            RunResult result = lane.run(plan);
            attempts.add(result);
            log.append(result);
            lines.accept(line(index, result));
            if (!result.passed()) {
                result.findings().forEach(finding -> lines.accept("    " + finding));
                lines.accept("    kept: " + lane.lastFolder());
                lines.accept("    again: make chaos SEED=" + plan.seed() + " RUNS=1 FAULT=" + plan.faultNames()
                        + (config.plant() == null ? "" : " PLANT=" + config.plant()));
            }
            if (result.begun()) {
                return attempts;
            }
            if (attempts.size() == ATTEMPTS) {
                throw new IllegalStateException("Run %d (seed %d) could not begin in %d attempts: %s; see %s"
                        .formatted(index + 1, plan.seed(), ATTEMPTS, result.findings(), lane.lastFolder()));
            }
        }
    }

    private static String told(RunResult.Injected fault) {
        if (fault.withoutEffect()) {
            return fault.name() + " (without effect)";
        }
        return fault.recoveryMillis() < 0
                ? fault.name()
                : String.format(Locale.ROOT, "%s (%.1f s)", fault.name(), fault.recoveryMillis() / 1000.0);
    }

    private String line(int index, RunResult result) {
        return String.format(
                Locale.ROOT,
                "%3d/%d  %s  seed %d  %.1f s  %d records  %s  %s",
                index + 1,
                runs,
                result.passed() ? "ok    " : result.begun() ? "FAILED" : "not begun",
                result.seed(),
                Duration.ofMillis(result.millis()).toMillis() / 1000.0,
                result.records(),
                result.faults().stream().map(Campaign::told).collect(Collectors.joining(", ")),
                result.phases().entrySet().stream()
                        .map(phase -> String.format(Locale.ROOT, "%s %.1f", phase.getKey(), phase.getValue() / 1000.0))
                        .collect(Collectors.joining(" ", "[", "]")));
    }
}
