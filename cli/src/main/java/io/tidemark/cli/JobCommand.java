package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.cli.jobs.Distribution;
import io.tidemark.cli.jobs.JobFailedException;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobLauncher;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.cli.jobs.JobRecord;
import io.tidemark.cli.jobs.JobRegistry;
import io.tidemark.cli.jobs.RestorePoint;
import io.tidemark.cli.jobs.RunningJob;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.cli.jobs.Target;
import io.tidemark.model.EventTime;
import io.tidemark.model.Topics;
import io.tidemark.stream.StartFrom;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark job}. */
@Command(
        name = "job",
        synopsisSubcommandLabel = "[stop | savepoint | status]",
        subcommands = {JobStopCommand.class, JobSavepointCommand.class, JobStatusCommand.class},
        description = {
            "Submit a job to the running Flink, and print its id and page.",
            "A job that was stopped, cancelled or has failed goes on where it was, with the options it had, but for those"
                    + " given now.",
            "enrich: web-events -> processed_events and process_events_kafka;"
                    + " aggregate: process_events_kafka -> counts by host, and by host and referrer;"
                    + " session: process_events_kafka -> sessions of visitors."
        })
final class JobCommand implements Callable<Integer> {
    @Parameters(paramLabel = "JOB", arity = "0..1", description = "enrich, aggregate or session.")
    private @Nullable JobKind kind;

    @Mixin
    private final DataFolder data = new DataFolder();

    @Option(
            names = "--flink",
            paramLabel = "HOST:PORT",
            description = "REST endpoint of a session cluster; by default the Flink that runs on the data folder.")
    private @Nullable String flink;

    @Mixin
    private final KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private final TopicOptions topics = new TopicOptions();

    @Mixin
    private final PostgresOptions postgres = new PostgresOptions();

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            defaultValue = "committed",
            converter = StartFromConverter.class,
            description = "earliest, latest, committed (where the job was; earliest if nowhere) or a timestamp such as"
                    + " 2026-03-01T12:00:00Z. Windows are counted whole from there. Given, it stands for --fresh.")
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
                    "How long a closed window or session can be revised; what is later is recomputed from the stored"
                            + " events.")
    private Duration lateness = Duration.ofHours(1);

    @Option(
            names = "--bounded",
            showDefaultValue = Visibility.NEVER,
            description = "End at what is newest now, close every window, and wait for that.")
    private boolean bounded;

    @Option(
            names = "--fresh",
            showDefaultValue = Visibility.NEVER,
            description = "Start anew, where --from says, whatever ran before.")
    private boolean fresh;

    @Option(
            names = "--savepoint",
            paramLabel = "PATH",
            description = "Go on from this savepoint or checkpoint, as to go back to an older one.")
    private @Nullable String savepoint;

    @Option(
            names = "--if-absent",
            showDefaultValue = Visibility.NEVER,
            description = "If such a job runs already, say so and be done; without it, that is a failure.")
    private boolean ifAbsent;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        if (kind == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "JOB is missing: enrich, aggregate or session, or one of stop, savepoint, status");
        }
        requireOneStart();
        if (kind == JobKind.SESSION && !settings.sessions()) {
            throw new ParameterException(
                    spec.commandLine(), "--sessions none leaves the session job nothing to do; use visitor or ip");
        }
        Optional<StackAddresses> running = Stack.running(data.path);
        Target target = target(running);
        JobKind wanted = kind;
        if (wanted == JobKind.ENRICH) {
            settings.adviseOnGeo(spec.commandLine().getErr());
        }
        PostgresOptions.reachable(target.store());
        topics.create(target.kafka(), spec.commandLine().getErr());
        JobLauncher launcher = new JobLauncher(target);
        if (ifAbsent && launcher.runs(wanted)) {
            out.printf("%s runs already; it is left as it is%n", wanted.jobName());
            out.flush();
            return Main.DONE;
        }
        launcher.migrate();
        Optional<JobRegistry> registry = registry(running, target);
        Optional<JobRecord> before = registry.flatMap(each -> each.find(wanted));
        Optional<RestorePoint> point = restorePoint(registry, before);
        JobOptions options =
                point.isEmpty() ? options() : before.map(this::options).orElseGet(this::options);
        Submitted job = point.isEmpty()
                ? launcher.submit(wanted, options)
                : launcher.resume(
                        wanted,
                        options,
                        before.map(JobRecord::start).orElseGet(() -> launcher.resolve(wanted, options)),
                        point.get());
        if (flink == null && registry.isPresent() && running.isPresent()) {
            OwnServers.remember(new Layout(data.path), running.get());
        }
        registry.ifPresent(each -> each.add(job, options, point.orElse(null)));
        try {
            RunningJob.awaitRunning(job);
        } catch (JobFailedException e) {
            if (!launcher.runs(wanted)) {
                registry.ifPresent(each -> each.undo(wanted, before));
            }
            throw e;
        }
        print(out, job, options, point);
        if (bounded) {
            RunningJob.await(job, read -> {}).forEach((name, count) -> out.printf("  %-32s %,14d%n", name, count));
            out.flush();
        }
        return Main.DONE;
    }

    /** Jobs elsewhere are remembered apart; those here with a Kafka or database of elsewhere not at all. */
    private Optional<JobRegistry> registry(Optional<StackAddresses> running, Target target) {
        Layout layout = new Layout(data.path);
        if (bounded) {
            return Optional.empty();
        } else if (flink != null) {
            return Optional.of(JobRegistry.elsewhere(layout, flink));
        }
        // Resumed by the next 'up', a job would go on with the Kafka and database of the data folder.
        return running.filter(stack -> stack.bootstrap().equals(target.kafka().bootstrapServers())
                        && stack.jdbcUrl().equals(target.store().address()))
                .map(stack -> new JobRegistry(layout));
    }

    private Optional<RestorePoint> restorePoint(Optional<JobRegistry> registry, Optional<JobRecord> before) {
        if (savepoint != null) {
            RestorePoint named = RestorePoint.savepoint(savepoint);
            if (flink == null && !named.isThere()) {
                throw new IllegalArgumentException(
                        "--savepoint %s: there is no savepoint or checkpoint".formatted(savepoint));
            }
            return Optional.of(named);
        }
        boolean anew = fresh || bounded || given("--from");
        return anew || registry.isEmpty() ? Optional.empty() : before.flatMap(registry.get()::restorePoint);
    }

    private void requireOneStart() {
        if (savepoint != null && (fresh || bounded || given("--from"))) {
            throw new ParameterException(
                    requireNonNull(spec).commandLine(),
                    "--savepoint says where to go on; leave out --fresh, --from and --bounded");
        }
    }

    /** What the job had, but for what is given now. */
    private JobOptions options(JobRecord before) {
        JobOptions had = before.options();
        JobOptions now = options();
        boolean otherSize = given("--window") && !now.window().equals(had.window());
        boolean otherTime = given("--time") && now.time() != had.time();
        if (otherSize || otherTime) {
            throw new IllegalArgumentException(
                    "%s has windows of %s by %s time, and cannot go on with others; --fresh starts anew, on empty tables"
                            .formatted(
                                    before.kind().jobName(),
                                    Durations.show(had.window()),
                                    had.time().name().toLowerCase(Locale.ROOT)));
        }
        boolean otherSessions = (given("--gap")
                        && now.sessions().gapMillis() != had.sessions().gapMillis())
                || (given("--sessions") && now.sessions().by() != had.sessions().by());
        if (otherSessions) {
            throw new IllegalArgumentException(
                    "%s makes sessions %s, and cannot go on with others; --fresh starts anew, on empty tables"
                            .formatted(before.kind().jobName(), had.sessions().show()));
        }
        return new JobOptions(
                now.from(),
                false,
                given("--parallelism") ? now.parallelism() : had.parallelism(),
                given("--geo-db") ? now.geoDatabase() : had.geoDatabase(),
                given("--ip") ? now.ip() : had.ip(),
                had.window(),
                given("--aggregates") ? now.aggregates() : had.aggregates(),
                had.time(),
                given("--watermark") ? now.watermark() : had.watermark(),
                given("--lateness") ? now.lateness() : had.lateness(),
                had.sessions(),
                had.pace());
    }

    /** Whether the option is on the command line, or set by environment or file. */
    private boolean given(String option) {
        CommandLine command = requireNonNull(spec).commandLine();
        boolean set = command.getDefaultValueProvider() instanceof Settings settings
                && settings.source(spec.findOption(option), null).isPresent();
        return set || command.getParseResult().hasMatchedOption(option);
    }

    private JobOptions options() {
        JobOptions common = settings.options();
        return new JobOptions(
                from,
                bounded,
                common.parallelism(),
                common.geoDatabase(),
                common.ip(),
                windows.size,
                common.aggregates(),
                windows.time,
                watermark,
                lateness,
                common.sessions(),
                common.pace());
    }

    private Target target(Optional<StackAddresses> running) {
        return new Target(
                kafka.chosenOr(running).orElseThrow(() -> nothingRuns("a Kafka (--kafka)")),
                postgres.chosenOr(running).orElseThrow(() -> nothingRuns("a database (--postgres)")),
                Optional.ofNullable(flink)
                        .or(() -> running.map(StackAddresses::flink))
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

    private static void print(PrintWriter out, Submitted job, JobOptions options, Optional<RestorePoint> point) {
        String topic = job.kind() == JobKind.ENRICH ? Topics.RAW : Topics.ENRICHED;
        out.printf("%s runs as %s%n", job.kind().jobName(), job.id());
        out.printf("  page    %s%n", job.page());
        if (point.isPresent()) {
            out.printf(
                    "  goes on from %s with parallelism %d; --fresh starts anew%n", point.get(), options.parallelism());
        } else {
            out.printf("  from    %s, %s%n", topic, offsets(job.start().byPartition()));
        }
        if (point.isEmpty() && job.start().firstWindowStart() != Long.MIN_VALUE) {
            out.printf(
                    "  %s from %s on; earlier ones are recomputed if an event belongs there%n",
                    job.kind() == JobKind.SESSION ? "sessions" : "windows",
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
