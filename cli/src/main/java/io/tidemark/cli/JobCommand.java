package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.cli.jobs.Distribution;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobLauncher;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.cli.jobs.JobRegistry;
import io.tidemark.cli.jobs.RunningJob;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.cli.jobs.Target;
import io.tidemark.model.EventTime;
import io.tidemark.model.Topics;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartFrom;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark job}. */
@Command(
        name = "job",
        description = {
            "Submit a job to the running Flink, and print its id and page.",
            "enrich: web-events -> processed_events and process_events_kafka;"
                    + " aggregate: process_events_kafka -> counts by host, and by host and referrer."
        })
final class JobCommand implements Callable<Integer> {
    @Parameters(paramLabel = "JOB", description = "enrich or aggregate.")
    private @Nullable JobKind kind;

    @Mixin
    private final DataFolder data = new DataFolder();

    @Option(
            names = "--flink",
            paramLabel = "HOST:PORT",
            description = "REST endpoint of a session cluster; by default the Flink that runs on the data folder.")
    private @Nullable String flink;

    @Option(
            names = {"--bootstrap", "--kafka"},
            paramLabel = "HOST:PORT",
            description = "Kafka, by default the one that runs on the data folder.")
    private @Nullable String bootstrap;

    @Mixin
    private final PostgresOptions postgres = new PostgresOptions();

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            defaultValue = "committed",
            converter = StartFromConverter.class,
            description = "earliest, latest, committed (where the job was; earliest if nowhere) or a timestamp such as"
                    + " 2026-03-01T12:00:00Z. Windows are counted whole from there.")
    private StartFrom from = new StartFrom.Committed();

    @Mixin
    private final JobSettings settings = new JobSettings();

    @Mixin
    private final WindowOptions windows = new WindowOptions();

    @Option(
            names = "--watermark",
            paramLabel = "DURATION",
            defaultValue = "15s",
            description = "How far the watermark stays behind the newest event.")
    private Duration watermark = Duration.ofSeconds(15);

    @Option(
            names = "--lateness",
            paramLabel = "DURATION",
            defaultValue = "1h",
            description =
                    "How long a closed window can be revised; what is later is recomputed from the stored events.")
    private Duration lateness = Duration.ofHours(1);

    @Option(
            names = "--bounded",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "End at what is newest now, close every window, and wait for that.")
    private boolean bounded;

    @Option(
            names = "--if-absent",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "If such a job runs already, say so and be done; without it, that is a failure.")
    private boolean ifAbsent;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        Optional<StackAddresses> running = Stack.running(data.path);
        Target target = target(running);
        JobKind wanted = requireNonNull(kind);
        if (wanted == JobKind.ENRICH) {
            settings.adviseOnGeo(spec.commandLine().getErr());
        }
        JobLauncher launcher = new JobLauncher(target);
        if (ifAbsent && launcher.runs(wanted)) {
            out.printf("%s runs already; it is left as it is%n", wanted.jobName());
            out.flush();
            return Main.DONE;
        }
        launcher.migrate();
        JobOptions options = options();
        Submitted job = launcher.submit(wanted, options);
        // The registry knows no other Kafka or database: resumed, a job would go on with those of the data folder.
        boolean embedded =
                flink == null && bootstrap == null && postgres.store().isEmpty();
        if (embedded && !bounded) {
            new JobRegistry(new Layout(data.path)).add(job, options);
        }
        RunningJob.awaitRunning(job);
        print(out, job);
        if (bounded) {
            RunningJob.await(job, read -> {}).forEach((name, count) -> out.printf("  %-32s %,14d%n", name, count));
            out.flush();
        }
        return Main.DONE;
    }

    private JobOptions options() {
        JobOptions common = settings.options();
        return new JobOptions(
                from,
                bounded,
                common.parallelism(),
                common.geoDatabase(),
                windows.size,
                windows.time,
                watermark,
                lateness);
    }

    private Target target(Optional<StackAddresses> running) {
        Optional<Target> embedded = running.map(Target::of);
        return new Target(
                Optional.ofNullable(bootstrap)
                        .map(KafkaSettings::of)
                        .or(() -> embedded.map(Target::kafka))
                        .orElseThrow(() -> nothingRuns("a Kafka (--bootstrap)")),
                postgres.store()
                        .or(() -> embedded.map(Target::store))
                        .orElseThrow(() -> nothingRuns("a database (--postgres)")),
                Optional.ofNullable(flink)
                        .or(() -> embedded.map(Target::flink))
                        .orElseThrow(() -> nothingRuns("a Flink (--flink)")),
                flink == null
                                && !running.filter(stack -> Cluster.holds(stack, data.path))
                                        .isPresent()
                        ? List.of()
                        : List.of(Distribution.jobJar()));
    }

    private StackException nothingRuns(String other) {
        return new StackException("Nothing runs on %s; start it with 'tidemark up', or name %s"
                .formatted(new Layout(data.path).data(), other));
    }

    private static void print(PrintWriter out, Submitted job) {
        String topic = job.kind() == JobKind.ENRICH ? Topics.RAW : Topics.ENRICHED;
        out.printf("%s runs as %s%n", job.kind().jobName(), job.id());
        out.printf("  page    %s%n", job.page());
        out.printf("  from    %s, %s%n", topic, offsets(job.start().byPartition()));
        if (job.start().firstWindowStart() != Long.MIN_VALUE) {
            out.printf(
                    "  windows from %s on; earlier ones are recomputed if an event belongs there%n",
                    EventTime.format(job.start().firstWindowStart()));
        }
        out.flush();
    }

    private static String offsets(Map<Integer, Long> byPartition) {
        return byPartition.entrySet().stream()
                .map(entry -> "partition %d at %,d".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
