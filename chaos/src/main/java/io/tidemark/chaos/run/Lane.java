package io.tidemark.chaos.run;

import static java.util.Objects.requireNonNull;

import io.tidemark.chaos.check.Database;
import io.tidemark.chaos.plant.AgentJar;
import io.tidemark.chaos.proxy.LinkProxy;
import io.tidemark.chaos.report.RunResult;
import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.cluster.ClusterConfig;
import io.tidemark.cli.cluster.ClusterConfig.SecondListener;
import io.tidemark.cli.cluster.ClusterConfig.TaskManagers;
import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.ServerPorts;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does runs one after the other, on a cluster of its own that is used for several and then made anew. The folder of a
 * cluster on which a run failed is kept. Not thread-safe.
 */
final class Lane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final Object STARTING = new Object();
    private static final int STARTS = 3;
    private static final int TASK_MANAGERS = 2;
    private static final int SLOTS = 7;

    private final Path folder;
    private final ChaosConfig config;
    private Path lastFolder;
    private int runs;
    private volatile @Nullable Ground ground;
    private volatile boolean ending;

    Lane(Path folder, ChaosConfig config) {
        this.folder = folder;
        this.lastFolder = folder;
        this.config = config;
        Runtime.getRuntime().addShutdownHook(new Thread(this::leaveNothing, "end-" + folder.getFileName()));
    }

    /** When the program is ended while runs are going on. */
    private void leaveNothing() {
        ending = true;
        Ground on = ground;
        if (on != null) {
            on.close();
        }
    }

    /** A cluster with its proxies, and the runs done on it. */
    private record Ground(Path folder, Cluster cluster, LinkProxy postgres, LinkProxy kafka) {
        void close() {
            try (kafka;
                    postgres) {
                cluster.close();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot close a proxy", e);
            }
        }
    }

    /** Does a run; a failed one leaves a summary in the folder that {@link RunResult#findings} names last. */
    RunResult run(RunPlan plan) throws Exception {
        Ground on = ground == null ? openPatiently() : ground;
        ground = on;
        runs++;
        StoreConfig store = on.cluster().addresses().store();
        Database server = new Database(postgresPort(on.cluster()), "postgres", store.user(), store.password());
        RunResult result =
                new Run(plan, on.cluster(), on.postgres(), on.kafka(), server, runs, config.plantName()).execute();
        if (ending) {
            throw new InterruptedException("The program was ended during a run");
        }
        if (!result.passed()) {
            Path summary = on.folder().resolve("failed-run-" + plan.seed() + ".txt");
            Files.writeString(summary, String.join(System.lineSeparator(), result.findings()));
            LOG.warn("Run {} failed; see {}", plan.seed(), summary);
            end(true);
        } else if (runs >= config.runsPerCluster()) {
            end(false);
        }
        return result;
    }

    /** Where the cluster in use has its files. */
    Path lastFolder() {
        return lastFolder;
    }

    /** Makes the first {@code cluster-N} that is not there: what an earlier invocation has kept, it has kept for good. */
    static Path newFolder(Path lane) throws IOException {
        Files.createDirectories(lane);
        for (int number = 1; ; number++) {
            try {
                return Files.createDirectory(lane.resolve("cluster-" + number));
            } catch (FileAlreadyExistsException e) {
                LOG.debug("{} is kept", e.getFile());
            }
        }
    }

    /** One lane at a time, and again if it fails: on a machine that is busy with others, a start can take too long. */
    private Ground openPatiently() throws IOException {
        synchronized (STARTING) {
            for (int attempt = 1; ; attempt++) {
                try {
                    return open();
                } catch (StackException e) {
                    if (attempt == STARTS) {
                        throw e;
                    }
                    LOG.warn("A cluster did not start; another one is tried", e);
                }
            }
        }
    }

    private Ground open() throws IOException {
        lastFolder = newFolder(folder);
        runs = 0;
        LinkProxy postgres = LinkProxy.open();
        LinkProxy kafka = LinkProxy.open();
        boolean opened = false;
        try {
            Cluster cluster = start(kafka);
            postgres.forwardTo(postgresPort(cluster));
            opened = true;
            return new Ground(lastFolder, cluster, postgres, kafka);
        } finally {
            if (!opened) {
                postgres.close();
                kafka.close();
            }
        }
    }

    private Cluster start(LinkProxy kafka) throws IOException {
        int secondListener = freePort();
        kafka.forwardTo(secondListener);
        List<String> agent = config.plant() == null
                ? List.of()
                : List.of(AgentJar.option(Files.createDirectories(folder), requireNonNull(config.plant())));
        Cluster cluster = Cluster.start(new ClusterConfig(
                lastFolder,
                Run.PARTITIONS,
                ServerPorts.ANY,
                External.NONE,
                new TaskManagers(TASK_MANAGERS, SLOTS, agent),
                Optional.of(new SecondListener(secondListener, kafka.port())),
                List.of(config.jobJar())));
        cluster.jobClasses(List.of());
        return cluster;
    }

    private static int postgresPort(Cluster cluster) {
        return URI.create(cluster.addresses().jdbcUrl().substring("jdbc:".length()))
                .getPort();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void end(boolean keepFolder) throws IOException {
        Ground on = ground;
        ground = null;
        if (on != null) {
            on.close();
            if (!keepFolder && !config.keepAll()) {
                delete(on.folder());
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public void close() throws IOException {
        end(false);
    }
}
