package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.cluster.ClusterConfig;
import io.tidemark.cli.cluster.ClusterFile;
import io.tidemark.cli.cluster.ProcessInfo;
import io.tidemark.cli.cluster.ProcessState;
import io.tidemark.cli.cluster.Role;
import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.LogFiles;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.jobs.FlinkRest;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobRecord;
import io.tidemark.cli.jobs.JobRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobStatus;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemark cluster}. */
@Command(
        name = "cluster",
        synopsisSubcommandLabel = "(start | status | stop)",
        subcommands = {ClusterCommand.Start.class, ClusterCommand.Status.class, ClusterCommand.Stop.class},
        description = {
            "Run Kafka, PostgreSQL, a Flink JobManager and TaskManagers as processes of their own on this machine.",
            "With --kafka or --postgres, use yours instead of starting one.",
            "A supervisor in the background starts again whatever dies. 'job', 'import' and 'sql' use it as they use 'up'."
        })
final class ClusterCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                requireNonNull(spec).commandLine(), "A word is missing after cluster: start, status or stop");
    }

    /** {@code tidemark cluster start}. */
    @Command(
            name = "start",
            description = "Start the cluster, and return once everything answers; remembered jobs go on."
                    + " On a folder where it runs already, say so and be done.")
    static final class Start implements Callable<Integer> {
        private static final Duration LONGEST_START = Duration.ofMinutes(3);

        @Mixin
        private final DataFolder data = new DataFolder();

        @Mixin
        private final KafkaOptions kafka = new KafkaOptions();

        @Mixin
        private final PostgresOptions postgres = new PostgresOptions();

        @Mixin
        private final TopicOptions topics = new TopicOptions();

        @Option(
                names = "--task-managers",
                paramLabel = "N",
                converter = AtLeastOne.class,
                defaultValue = "2",
                description = "Processes that work on jobs.")
        private int taskManagers;

        @Option(
                names = "--slots",
                paramLabel = "N",
                converter = AtLeastOne.class,
                defaultValue = "4",
                description = "Parallel subtasks that each of them has room for.")
        private int slots;

        @Option(names = "--kafka-port", paramLabel = "PORT", defaultValue = "0", description = "0 is any free one.")
        private int kafkaPort;

        @Option(names = "--postgres-port", paramLabel = "PORT", defaultValue = "0", description = "0 is any free one.")
        private int postgresPort;

        @Option(names = "--flink-port", paramLabel = "PORT", defaultValue = "0", description = "0 is any free one.")
        private int flinkPort;

        @Option(
                names = "--foreground",
                showDefaultValue = Visibility.NEVER,
                description = "Be the supervisor, and stay until Ctrl-C or 'tidemark cluster stop'.")
        private boolean foreground;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() throws IOException, InterruptedException {
            PrintWriter out = requireNonNull(spec).commandLine().getOut();
            Optional<StackAddresses> running = Stack.running(data.path);
            if (running.isPresent() && Cluster.holds(running.get(), data.path)) {
                print(out, "Up already", running.get());
                return Main.DONE;
            }
            long started = System.nanoTime();
            StackAddresses addresses = foreground ? supervise() : startInBackground();
            print(out, "Up after %.1f s".formatted((System.nanoTime() - started) / 1e9), addresses);
            if (foreground) {
                out.println("Ctrl-C ends it.");
                out.flush();
                new CountDownLatch(1).await();
            }
            return Main.DONE;
        }

        private StackAddresses supervise() throws IOException {
            Layout layout = new Layout(data.path);
            LogFiles.in(layout.logs(), "cluster");
            External external = OwnServers.reachable(
                    kafka, postgres, topics, requireNonNull(spec).commandLine().getErr());
            if (!new JobRegistry(layout).all().isEmpty()) {
                OwnServers.requireRemembered(layout, external);
            }
            Cluster cluster = Cluster.start(new ClusterConfig(
                    data.path,
                    taskManagers,
                    slots,
                    topics.partitions(),
                    kafkaPort,
                    postgresPort,
                    flinkPort,
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    external));
            // Ending by Ctrl-C or 'stop' is how this command is meant to end, so it is no failure.
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                cluster.close();
                                Runtime.getRuntime().halt(Main.DONE);
                            },
                            "end-cluster"));
            return cluster.addresses();
        }

        private StackAddresses startInBackground() throws IOException, InterruptedException {
            Layout layout = new Layout(data.path);
            Files.createDirectories(layout.logs());
            Path output = layout.logs().resolve("cluster.out");
            List<String> words = OwnCommand.line(requireNonNull(spec).commandLine());
            words.add("--foreground");
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            long deadline = System.nanoTime() + LONGEST_START.toNanos();
            while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
                // Not the lock: to look at it would disturb the one that is taking it.
                Optional<StackAddresses> addresses =
                        Stack.announced(data.path).filter(each -> each.pid() == process.pid());
                if (addresses.isPresent()) {
                    // Such as which topics were made.
                    Files.readString(output)
                            .lines()
                            .filter(line -> line.startsWith("tidemark: ") || line.startsWith("Made "))
                            .forEach(System.err::println);
                    return addresses.get();
                }
                if (System.nanoTime() > deadline) {
                    process.destroy();
                    throw new IOException("The cluster was not up after %d s; see %s"
                            .formatted(LONGEST_START.toSeconds(), layout.logs()));
                }
            }
            throw new IOException(Files.readString(output).strip().replaceFirst("^tidemark: ", ""));
        }

        private void print(PrintWriter out, String event, StackAddresses addresses) {
            Layout layout = new Layout(data.path);
            out.printf("%s on %s (supervisor: process %d)%n", event, layout.data(), addresses.pid());
            out.printf("  Kafka       %s%s%n", addresses.bootstrap(), addresses.externalKafka() ? " (yours)" : "");
            out.printf("  PostgreSQL  %s%s%n", addresses.postgresUrl(), addresses.externalPostgres() ? " (yours)" : "");
            OwnServers.printPassword(out, addresses);
            out.printf("  Flink       %s%n", addresses.flinkPage());
            out.printf("  Logs        %s%n", layout.logs());
            out.flush();
        }
    }

    /** {@code tidemark cluster status}. */
    @Command(
            name = "status",
            description = "Show each process and job. Exit code 0 if all are well, 1 if not, or if nothing runs.")
    static final class Status implements Callable<Integer> {
        @Mixin
        private final DataFolder data = new DataFolder();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = requireNonNull(spec).commandLine().getOut();
            Layout layout = new Layout(data.path);
            Optional<ClusterFile> file = ClusterFile.read(layout);
            if (file.isEmpty()) {
                out.println("No cluster runs on " + layout.data());
                return Main.FAILED;
            }
            boolean supervised = file.get().findSupervisor().isPresent();
            out.printf("%-16s %8s %6s %-9s %8s %10s%n", "process", "pid", "port", "state", "restarts", "up");
            out.printf(
                    "%-16s %8d %6s %-9s %8s %10s%n",
                    "supervisor",
                    file.get().supervisor(),
                    "-",
                    supervised ? "running" : "dead",
                    "-",
                    supervised ? since(file.get().supervisorStartedAtMillis()) : "-");
            boolean well = supervised;
            for (ProcessInfo process : file.get().processes()) {
                boolean lives = process.find().isPresent();
                ProcessState state = lives ? process.state() : ProcessState.DEAD;
                well &= state == ProcessState.RUNNING;
                out.printf(
                        "%-16s %8d %6s %-9s %8d %10s%n",
                        process.name(),
                        process.pid(),
                        process.port() == 0 ? "-" : Integer.toString(process.port()),
                        state,
                        process.restarts(),
                        lives ? since(process.startedAtMillis()) : "-");
            }
            Optional<StackAddresses> addresses = Stack.announced(data.path);
            addresses
                    .filter(StackAddresses::externalKafka)
                    .ifPresent(each -> out.printf("%-16s yours: %s%n", Role.KAFKA, each.bootstrap()));
            addresses
                    .filter(StackAddresses::externalPostgres)
                    .ifPresent(each -> out.printf("%-16s yours: %s%n", Role.POSTGRES, each.postgresUrl()));
            well &= jobs(out, layout, addresses);
            out.flush();
            return well ? Main.DONE : Main.FAILED;
        }

        private static boolean jobs(PrintWriter out, Layout layout, Optional<StackAddresses> addresses) {
            if (addresses.isEmpty()) {
                return false;
            }
            List<FlinkRest.KnownJob> known = new ArrayList<>();
            try {
                known.addAll(new FlinkRest(addresses.get().flink()).jobs());
            } catch (IOException e) {
                out.println("Flink does not answer: " + e.getMessage());
                return false;
            }
            boolean well = true;
            for (JobKind kind : JobKind.values()) {
                Optional<JobRecord> remembered = new JobRegistry(layout).find(kind);
                Optional<FlinkRest.KnownJob> alive = known.stream()
                        .filter(job -> job.name().equals(kind.jobName())
                                && !job.state().isGloballyTerminalState())
                        .findFirst();
                boolean wanted = remembered.isPresent() && !remembered.get().stopped();
                boolean runs =
                        alive.filter(job -> job.state() == JobStatus.RUNNING).isPresent();
                well &= runs || !wanted;
                if (alive.isPresent() || remembered.isPresent()) {
                    String state = alive.map(job -> job.state().name().toLowerCase(Locale.ROOT))
                            .orElse(wanted ? "not there" : "stopped");
                    out.printf(
                            "%-16s %-32s %s%n",
                            kind.jobName().replace("tidemark-", "job "),
                            alive.map(FlinkRest.KnownJob::id).orElse("-"),
                            state);
                }
            }
            return well;
        }

        private static String since(long millis) {
            return Durations.show(Duration.ofSeconds((Clock.systemUTC().millis() - millis) / 1000));
        }
    }

    /** {@code tidemark cluster stop}. */
    @Command(
            name = "stop",
            description =
                    "Stop Flink, Kafka and PostgreSQL, in this order; all data is kept. Jobs that run now go on with"
                            + " the next start.")
    static final class Stop implements Callable<Integer> {
        private static final Duration LONGEST_STOP = Duration.ofSeconds(75);

        @Mixin
        private final DataFolder data = new DataFolder();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() throws InterruptedException {
            PrintWriter out = requireNonNull(spec).commandLine().getOut();
            Layout layout = new Layout(data.path);
            Optional<ClusterFile> file = ClusterFile.read(layout);
            if (file.isEmpty()) {
                out.println("No cluster runs on " + layout.data());
                return Main.DONE;
            }
            Optional<ProcessHandle> supervisor = file.get().findSupervisor();
            if (supervisor.isPresent()) {
                supervisor.get().destroy();
                if (!Cluster.awaitEnd(supervisor.get(), LONGEST_STOP)) {
                    supervisor.get().destroyForcibly();
                    boolean gone = Cluster.awaitEnd(supervisor.get(), LONGEST_STOP);
                    out.printf("The supervisor did not end by itself and was killed%s%n", gone ? "" : ", in vain");
                }
            }
            int left = Cluster.endLeftovers(data.path);
            if (left > 0) {
                out.printf("Ended %d processes that a killed supervisor had left%n", left);
            }
            out.printf("Stopped the cluster on %s%n", layout.data());
            out.flush();
            return Main.DONE;
        }
    }
}
