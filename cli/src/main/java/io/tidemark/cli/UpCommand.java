package io.tidemark.cli;

import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackConfig;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobLauncher;
import io.tidemark.cli.jobs.JobRecord;
import io.tidemark.cli.jobs.JobRegistry;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.cli.jobs.Target;
import io.tidemark.stream.enrich.EnrichJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark up}. */
@Command(
        name = "up",
        description = {
            "Start Kafka, PostgreSQL and Flink on this machine, and keep them up until Ctrl-C or 'tidemark down'.",
            "With --kafka or --postgres, use yours instead of starting one.",
            "Jobs that ran when it was stopped go on. On a folder in use it fails (exit code 1)."
        })
final class UpCommand implements Callable<Integer> {
    @Mixin
    private final DataFolder data = new DataFolder();

    @Mixin
    private final KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private final PostgresOptions postgres = new PostgresOptions();

    @Mixin
    private final TopicOptions topics = new TopicOptions();

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            converter = AtLeastOne.class,
            defaultValue = "4",
            description = "Largest parallelism of a job that there is to be room for.")
    private int parallelism;

    @Option(
            names = "--rollup-every",
            paramLabel = "DURATION",
            converter = AutomaticRollups.Pause.class,
            defaultValue = "10m",
            description = "Roll up to hours, days and months by itself, with that pause in between; off leaves it out.")
    private Duration rollupPause = Duration.ofMinutes(10);

    @Mixin
    private final PortOptions ports = new PortOptions();

    @Option(
            names = "--detach",
            showDefaultValue = Visibility.NEVER,
            description =
                    "Return once it is up and its jobs go on, and leave it running in the background; if it runs already, say so and be done.")
    private boolean detach;

    @Spec
    private @Nullable CommandSpec spec;

    private final Map<JobKind, URI> resumed = new EnumMap<>(JobKind.class);

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        Optional<StackAddresses> running = detach ? Stack.running(data.path) : Optional.empty();
        if (running.isPresent()) {
            print(out, "Up already", running.get());
            return Main.DONE;
        }
        long started = System.nanoTime();
        StackAddresses addresses =
                detach ? startInBackground() : start(spec.commandLine().getErr());
        print(out, "Up after %.1f s".formatted((System.nanoTime() - started) / 1e9), addresses);
        if (!detach) {
            out.println("Ctrl-C ends it.");
            out.flush();
            new CountDownLatch(1).await();
        }
        return Main.DONE;
    }

    private StackAddresses start(PrintWriter err) throws IOException {
        Cluster.requireNothingLeft(data.path);
        External external = OwnServers.reachable(kafka, postgres, topics, err);
        Layout layout = new Layout(data.path);
        if (!new JobRegistry(layout).all().isEmpty()) {
            OwnServers.requireRemembered(layout, external);
            EnrichJob.warmUp();
        }
        Stack stack = Stack.startUnannounced(StackConfig.at(data.path)
                .withPartitions(topics.partitions())
                .withParallelism(parallelism)
                .withPorts(ports.chosen())
                .withExternal(external));
        JobRegistry jobs = new JobRegistry(stack.layout());
        JobLauncher launcher = new JobLauncher(Target.of(stack));
        stack.beforeExit(() -> launcher.forgetEnded(jobs));
        launcher.migrate();
        for (Submitted job : jobs.resume(launcher, problem -> System.err.println("tidemark: " + problem))) {
            resumed.put(job.kind(), job.page());
        }
        Runnable endRollups = AutomaticRollups.start(stack, rollupPause);
        stack.beforeExit(() -> {
            endRollups.run();
            launcher.forgetEnded(jobs);
        });
        // Ending by Ctrl-C or 'down' is how this command is meant to end, so it is no failure.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stack.exit();
                            Runtime.getRuntime().halt(Main.DONE);
                        },
                        "end-up"));
        // Only now: whoever waits for it, as with --detach, may count on the jobs.
        stack.announce();
        return stack.addresses();
    }

    private StackAddresses startInBackground() throws IOException, InterruptedException {
        Layout layout = new Layout(data.path);
        JobRegistry jobs = new JobRegistry(layout);
        List<JobRecord> before = jobs.all();
        StackAddresses addresses = new BackgroundStart("The stack", layout, "up.out")
                .await(OwnCommand.line(Objects.requireNonNull(spec).commandLine(), "--detach", false));
        for (JobRecord job : jobs.all()) {
            if (!before.contains(job)) {
                resumed.put(job.kind(), URI.create(addresses.flinkPage() + "/#/job/running/" + job.jobId()));
            }
        }
        return addresses;
    }

    private void print(PrintWriter out, String event, StackAddresses addresses) {
        Banner.print(out, event, "process", addresses, new Layout(data.path), resumed);
    }
}
