package io.tidemark.cli.cluster;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.FolderLock;
import io.tidemark.cli.embedded.KafkaSetup;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Ports;
import io.tidemark.cli.embedded.PostgresServer;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.cli.embedded.StackFile;
import io.tidemark.cli.jobs.Target;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink JobManager, its TaskManagers, Kafka and PostgreSQL, each a process, on one data folder; those of the last two
 * that are servers of the user's own are neither started nor watched. Whatever dies is
 * started again on the same port and folder; when the JobManager was, the remembered jobs go on from their newest
 * checkpoint. One cluster a folder; {@code stack.json} and {@code cluster.json} in it tell other processes where it is.
 */
public final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Layout layout;
    private final FolderLock lock;
    private final List<Supervised> processes = new ArrayList<>();
    private final External external;
    private final StackAddresses addresses;
    private final JobKeeper jobs;
    private final Object fileLock = new Object();

    /** For Ctrl-C and SIGTERM, which may come half-way through the start. */
    private final Thread atExit = new Thread(this::close, "stop-cluster");

    private volatile boolean closed;

    private Cluster(Layout layout, FolderLock lock, ClusterConfig config) throws Exception {
        this.layout = layout;
        this.lock = lock;
        this.external = config.external();
        FlinkPrograms.writeLogSettings(layout);
        FlinkPrograms flink = FlinkPrograms.prepare(layout, config);
        List<Program> programs = new ArrayList<>(flink.all());
        KafkaSettings kafka = external.kafka();
        if (kafka == null) {
            Program broker = KafkaProgram.prepare(layout, config);
            programs.add(broker);
            kafka = KafkaSettings.of(Ports.LOOPBACK + ":" + broker.port());
        }
        StoreConfig database = external.postgres();
        if (database == null) {
            Program postgres = new PostgresProcess(
                    layout, Ports.lasting("PostgreSQL", config.ports().postgres()));
            programs.add(postgres);
            // The password is made with the database.
            database = new StoreConfig(PostgresServer.jdbcUrl(postgres.port()), PostgresServer.USER, "");
        }
        this.addresses = new StackAddresses(
                ProcessHandle.current().pid(),
                kafka.bootstrapServers(),
                external.kafka() != null,
                external.kafkaConfig(),
                external.kafkaProperties(),
                database.address(),
                external.postgres() != null,
                database.user(),
                external.postgres() == null
                        ? PostgresServer.passwordFile(layout).toString()
                        : external.postgresPasswordFile(),
                flink.rest().address(),
                Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS).toString());
        KafkaSettings ofJobs = kafka;
        this.jobs = new JobKeeper(
                layout, () -> new Target(ofJobs, store(), flink.rest().address(), List.of()), flink.rest());
        for (Program program : programs) {
            processes.add(new Supervised(program, new Changes()));
        }
    }

    /**
     * Starts everything at once, and watches it from then on.
     *
     * @return once all answer, the topics of the Kafka that was started exist and the schema is up to date; remembered jobs are submitted after that
     * @throws StackException if the folder is in use, or something does not start; nothing is left running then
     */
    public static Cluster start(ClusterConfig config) {
        Layout layout = new Layout(config.data());
        FolderLock lock = FolderLock.take(layout);
        Cluster cluster = null;
        boolean started = false;
        try {
            Files.deleteIfExists(layout.stackFile());
            int left = Processes.endLeftovers(layout);
            if (left > 0) {
                LOG.warn("Ended {} processes that were left on {} by a killed supervisor", left, layout.data());
            }
            cluster = new Cluster(layout, lock, config);
            Runtime.getRuntime().addShutdownHook(cluster.atExit);
            cluster.awaitStart(config.partitions());
            started = true;
            return cluster;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("Interrupted while the cluster was starting", e);
        } catch (StackException e) {
            throw e;
        } catch (Exception e) {
            throw new StackException(
                    "The cluster on %s did not start: %s; see %s"
                            .formatted(layout.data(), e.getMessage(), layout.logs()),
                    e);
        } finally {
            if (!started) {
                if (cluster == null) {
                    lock.close();
                } else {
                    cluster.close();
                }
            }
        }
    }

    private void awaitStart(int partitions) throws IOException, InterruptedException {
        long started = System.nanoTime();
        processes.forEach(Supervised::start);
        CompletableFuture<Void> topics = find(Role.KAFKA)
                .map(broker ->
                        broker.ready().thenRunAsync(() -> KafkaSetup.createTopics(addresses.bootstrap(), partitions)))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
        CompletableFuture<Integer> schema = find(Role.POSTGRES)
                .map(Supervised::ready)
                .orElseGet(() -> CompletableFuture.completedFuture(null))
                .thenApplyAsync(ready -> Migrations.apply(store()));
        for (Supervised process : processes) {
            process.awaitReady(PATIENCE, started);
        }
        try {
            topics.join();
            LOG.info("Applied {} migrations", schema.join());
        } catch (CompletionException e) {
            Throwable cause = requireNonNull(e.getCause(), "cause");
            throw new IOException(cause.getMessage(), e);
        }
        announce();
        LOG.info("The cluster on {} is up", layout.data());
        jobs.resume();
    }

    private synchronized void announce() throws IOException {
        if (closed) {
            throw new StackException("The cluster on %s has been stopped".formatted(layout.data()));
        }
        writeFile();
        StackFile.write(layout.stackFile(), addresses);
    }

    /** Empty if it is a server of the user's own. */
    private Optional<Supervised> find(Role role) {
        return processes.stream()
                .filter(process -> process.info().role() == role)
                .findFirst();
    }

    /** The database with its password. */
    private StoreConfig store() {
        StoreConfig given = external.postgres();
        return given == null ? addresses.store() : given;
    }

    /** Where Kafka, PostgreSQL and Flink are reached, as long as the cluster lives. */
    public StackAddresses addresses() {
        return addresses;
    }

    /** Where everything lies. */
    public Layout layout() {
        return layout;
    }

    /** The processes as they are now: JobManager, TaskManagers, then Kafka and PostgreSQL if they were started. */
    public List<ProcessInfo> processes() {
        return processes.stream().map(Supervised::info).toList();
    }

    /** With which addresses remembered jobs are to go on after the JobManager was started again; by default its own. */
    public void jobsRunOn(Target target) {
        jobs.runOn(target);
    }

    /** The jars with the jobs' classes for when they go on; by default the one that comes with Tidemark. */
    public void jobClasses(List<Path> jars) {
        jobs.classes(jars);
    }

    /** Stops Flink, Kafka and PostgreSQL, in this order, and gives the folder free. Closing twice changes nothing. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook is at it or done.
            LOG.debug("Closed during shutdown");
        }
        stop();
    }

    private synchronized void stop() {
        if (closed) {
            return;
        }
        closed = true;
        try (lock) {
            jobs.close();
            Files.deleteIfExists(layout.stackFile());
            processes.forEach(Supervised::letGo);
            end(processes.stream()
                    .filter(each -> each.info().role() == Role.JOB_MANAGER
                            || each.info().role() == Role.TASK_MANAGER)
                    .toList());
            end(find(Role.KAFKA).stream().toList());
            end(find(Role.POSTGRES).stream().toList());
            synchronized (fileLock) {
                Files.deleteIfExists(layout.clusterFile());
            }
        } catch (IOException e) {
            LOG.warn("Cannot delete what tells of the cluster on {}", layout.data(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("Interrupted while the cluster was stopping", e);
        }
    }

    private static void end(List<Supervised> together) throws InterruptedException {
        for (Supervised each : together) {
            each.end();
        }
        for (Supervised each : together) {
            each.awaitEnd();
        }
    }

    private void writeFile() {
        synchronized (fileLock) {
            try {
                // While it closes too: if it is killed at that, whoever comes next has to know what is left.
                ClusterFile.of(processes()).write(layout);
            } catch (IOException e) {
                LOG.warn("Cannot write {}", layout.clusterFile(), e);
            }
        }
    }

    /** What the cluster does when a process changes. */
    private final class Changes implements Supervised.Listener {
        @Override
        public void changed() {
            writeFile();
        }

        @Override
        public void answers(ProcessInfo process) {
            if (process.role() == Role.JOB_MANAGER && process.restarts() > 0) {
                // It has forgotten its jobs.
                jobs.resume();
            }
        }
    }

    /** Ends what a killed supervisor has left on the folder; returns how many processes there were. */
    public static int endLeftovers(Path data) throws InterruptedException {
        Layout layout = new Layout(data);
        try (FolderLock lock = FolderLock.take(layout)) {
            int ended = Processes.endLeftovers(layout);
            LOG.info("Ended {} processes left on {}, holding {}", ended, layout.data(), lock);
            Files.deleteIfExists(layout.stackFile());
            Files.deleteIfExists(layout.clusterFile());
            return ended;
        } catch (IOException e) {
            throw new StackException("Cannot tidy up %s (%s)".formatted(layout.data(), e.getMessage()), e);
        }
    }

    /**
     * Makes sure that a killed supervisor has left nothing on the folder that another start there would get in the way of.
     *
     * @throws StackException that says how to end it
     */
    public static void requireNothingLeft(Path data) {
        Layout layout = new Layout(data);
        // If the supervisor lives, it holds the folder's lock.
        boolean left = ClusterFile.read(layout)
                .filter(file -> file.findSupervisor().isEmpty())
                .filter(file -> file.processes().stream()
                        .anyMatch(process -> process.find().isPresent()))
                .isPresent();
        if (left) {
            throw new StackException(
                    "On %s run processes of a cluster, left by a supervisor that was killed; end them with 'tidemark cluster stop --data %s'"
                            .formatted(layout.data(), layout.data()));
        }
    }

    /** Whether the process ended within that time. */
    public static boolean awaitEnd(ProcessHandle process, Duration patience) throws InterruptedException {
        return Processes.awaitEnd(process, patience);
    }

    /** Whether a cluster, not {@code tidemark up}, holds the folder's stack, so that jobs have to bring their classes. */
    public static boolean holds(StackAddresses stack, Path data) {
        return ClusterFile.read(new Layout(data))
                .filter(file -> file.supervisor() == stack.pid())
                .isPresent();
    }
}
