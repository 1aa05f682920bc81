package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.cluster.ClusterConfig;
import io.tidemark.cli.cluster.ClusterConfig.TaskManagers;
import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.LogFiles;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.jobs.JobRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
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

/** {@code tidemark cluster start}. */
@Command(
        name = "start",
        description = "Start the cluster, and return once everything answers; remembered jobs go on."
                + " On a folder where it runs already, say so and be done.")
final class ClusterStartCommand implements Callable<Integer> {
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

    @Mixin
    private final PortOptions ports = new PortOptions();

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
                data.path, topics.partitions(), ports.chosen(), external, new TaskManagers(taskManagers, slots)));
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
        return new BackgroundStart("The cluster", new Layout(data.path), "cluster.out")
                .await(OwnCommand.line(requireNonNull(spec).commandLine(), "--foreground", true));
    }

    private void print(PrintWriter out, String event, StackAddresses addresses) {
        Banner.print(out, event, "supervisor: process", addresses, new Layout(data.path), Map.of());
    }
}
