package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.jobs.FlinkRest;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobRecord;
import io.tidemark.cli.jobs.JobRegistry;
import io.tidemark.cli.jobs.JobReport;
import io.tidemark.stream.Tallies;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.JobStatus;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tidemark job status}. */
@Command(
        name = "status",
        description = "Show how each job does. Exit code 0 if those that nobody stopped run, 1 if not.")
final class JobStatusCommand implements Callable<Integer> {
    @Mixin
    private final JobPlace place = new JobPlace();

    @Spec
    private @Nullable CommandSpec spec;

    private final Clock clock = Clock.systemUTC();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        FlinkRest flink = new FlinkRest(place.flink());
        JobRegistry registry = place.registry();
        boolean well = true;
        boolean any = false;
        for (JobKind kind : JobKind.values()) {
            Optional<JobRecord> remembered = registry.find(kind);
            Optional<FlinkRest.KnownJob> known = flink.jobs().stream()
                    .filter(job -> job.name().equals(kind.jobName()))
                    .max(Comparator.<FlinkRest.KnownJob, Boolean>comparing(
                                    job -> !job.state().isGloballyTerminalState())
                            .thenComparing(FlinkRest.KnownJob::startedAtMillis));
            any |= remembered.isPresent() || known.isPresent();
            boolean wanted = remembered.isPresent() && !remembered.get().stopped();
            well &= !wanted
                    || known.filter(job -> job.state() == JobStatus.RUNNING).isPresent();
            if (known.isPresent()) {
                print(out, JobReport.of(flink, known.get()));
            } else if (remembered.isPresent()) {
                out.printf("%s  %s%n", kind.jobName(), wanted ? "does not run" : "stopped");
            }
            if (known.filter(job -> !job.state().isGloballyTerminalState()).isEmpty()) {
                remembered
                        .flatMap(registry::restorePoint)
                        .ifPresent(point -> out.printf("  %-12s %s%n", "goes on from", point));
            }
        }
        if (!any) {
            out.println("There are no jobs on Flink at " + flink.address());
        }
        out.flush();
        return well ? Main.DONE : Main.FAILED;
    }

    private void print(PrintWriter out, JobReport report) {
        out.printf(
                "%s  %s since %s (%s)%n",
                report.job().name(),
                report.job().state().name().toLowerCase(Locale.ROOT),
                ago(report.stateSinceMillis()),
                report.job().id());
        JobReport.Waiting waiting = report.waiting();
        if (waiting != null) {
            out.printf(
                    "  waiting for Postgres since %s: %s%n",
                    Durations.show(Duration.ofSeconds(waiting.seconds())), waiting.cause());
        }
        line(out, "parallelism", Integer.toString(report.parallelism()));
        long rejected = 0;
        for (Map.Entry<String, Long> count : report.counts().entrySet()) {
            if (count.getKey().startsWith(Tallies.REJECTED_PREFIX)) {
                rejected += count.getValue();
            } else {
                line(out, count.getKey(), "%,d".formatted(count.getValue()));
            }
        }
        line(out, "rejected", "%,d".formatted(rejected));
        JobReport.Checkpoint checkpoint = report.checkpoint();
        line(
                out,
                "checkpoint",
                checkpoint == null
                        ? "none yet"
                        : "%s %d, %s ago, took %,d ms, %,d bytes"
                                .formatted(
                                        checkpoint.savepoint() ? "savepoint" : "number",
                                        checkpoint.number(),
                                        ago(checkpoint.completedAtMillis()),
                                        checkpoint.tookMillis(),
                                        checkpoint.bytes()));
        line(out, "restarts", Long.toString(report.restarts()));
        JobReport.Failure failure = report.failure();
        if (failure != null) {
            line(
                    out,
                    "last failure",
                    Instant.ofEpochMilli(failure.atMillis()).truncatedTo(ChronoUnit.SECONDS) + " " + failure.message());
        }
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf("  %-22s %s%n", name, value);
    }

    private String ago(long millis) {
        return Durations.show(Duration.ofSeconds(Math.max(0, clock.millis() - millis) / 1000));
    }
}
