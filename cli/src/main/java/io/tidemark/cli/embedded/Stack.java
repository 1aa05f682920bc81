package io.tidemark.cli.embedded;

import static java.util.Objects.requireNonNull;

import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka, PostgreSQL and Flink on one data folder, or those of them that are not servers of the user's own. Once started,
 * all three answer, the topics exist, and {@code stack.json} in the folder tells where. One stack a folder, and one a
 * process.
 */
public final class Stack implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Stack.class);

    private final Layout layout;
    private final StackAddresses addresses;
    private final KafkaSettings kafka;
    private final StoreConfig store;
    private final Parts parts;

    private Stack(Layout layout, Servers servers, Parts parts) {
        this.layout = layout;
        this.addresses = servers.addresses();
        this.kafka = servers.kafka();
        this.store = servers.store();
        this.parts = parts;
    }

    /**
     * Starts all three at once and waits until they are healthy.
     *
     * @throws StackException if the folder is in use, or a server does not start; nothing is left running then
     */
    public static Stack start(StackConfig config) {
        return start(config, () -> {});
    }

    /**
     * As {@link #start(StackConfig)}, but if the process ends, as by Ctrl-C, something is to do.
     *
     * @param afterExit as for {@link #afterExit}, from the beginning of the start on
     */
    public static Stack start(StackConfig config, Runnable afterExit) {
        Stack stack = startUnannounced(config, afterExit);
        boolean announced = false;
        try {
            stack.announce();
            announced = true;
            return stack;
        } finally {
            if (!announced) {
                stack.close();
            }
        }
    }

    /**
     * As {@link #start(StackConfig)}, but other processes do not see it before {@link #announce}.
     *
     * @throws StackException if the folder is in use, or a server does not start; nothing is left running then
     */
    public static Stack startUnannounced(StackConfig config) {
        return startUnannounced(config, () -> {});
    }

    private static Stack startUnannounced(StackConfig config, Runnable afterExit) {
        Layout layout = new Layout(config.data());
        Parts parts = Parts.of(layout, FolderLock.take(layout), afterExit);
        boolean started = false;
        try {
            Files.deleteIfExists(layout.stackFile());
            LogFiles.in(layout.logs());
            Stack stack = new Stack(layout, startServers(config, layout, parts), parts);
            started = true;
            return stack;
        } catch (IOException e) {
            throw new StackException("Cannot use data folder %s (%s)".formatted(layout.data(), e), e);
        } finally {
            if (!started) {
                parts.close();
            }
        }
    }

    /** Tells other processes where it is, by {@code stack.json}. */
    public void announce() {
        parts.announce(addresses);
    }

    /** The stack that runs on the folder, in whichever process; empty if none does, or it is still starting. */
    public static Optional<StackAddresses> running(Path data) {
        Layout layout = new Layout(data);
        Optional<StackAddresses> addresses = StackFile.read(layout.stackFile());
        return addresses.isPresent() && FolderLock.isTaken(layout) ? addresses : Optional.empty();
    }

    /** What the folder's {@code stack.json} says, whether or not its process still lives. */
    public static Optional<StackAddresses> announced(Path data) {
        return StackFile.read(new Layout(data).stackFile());
    }

    public StackAddresses addresses() {
        return addresses;
    }

    /** Kafka with the settings of its clients, secrets included. */
    public KafkaSettings kafka() {
        return kafka;
    }

    /** The database with its password. */
    public StoreConfig store() {
        return store;
    }

    public Layout layout() {
        return layout;
    }

    private record Servers(StackAddresses addresses, KafkaSettings kafka, StoreConfig store) {}

    /** Leaves in {@code parts} whatever starts, in the order in which it is to stop. */
    private static Servers startServers(StackConfig config, Layout layout, Parts parts) {
        External external = config.external();
        ExecutorService starters = Executors.newFixedThreadPool(4);
        try {
            Future<Optional<PostgresServer>> postgres = parts.start(
                    starters,
                    () -> startUnless(
                            external.postgres(),
                            () -> PostgresServer.start(layout, config.ports().postgres())));
            Future<Optional<KafkaNode>> node = parts.start(
                    starters,
                    () -> startUnless(
                            external.kafka(),
                            () -> KafkaNode.start(layout.kafka(), config.ports().kafka())));
            Future<Optional<FlinkCluster>> flink = parts.start(
                    starters,
                    () -> Optional.of(FlinkCluster.start(
                            layout, config.slots(), config.ports().flink())));
            Future<StoreConfig> store = starters.submit(() -> {
                StoreConfig database =
                        postgres.get().map(PostgresServer::store).orElseGet(() -> given(external.postgres()));
                LOG.info("Applied {} migrations", Migrations.apply(database));
                return database;
            });
            for (Future<? extends Optional<? extends AutoCloseable>> part : List.of(postgres, node, flink)) {
                result(part);
            }
            result(node).ifPresent(kafka -> kafka.createTopics(config.partitions()));
            KafkaSettings kafka = result(node)
                    .map(started -> KafkaSettings.of(started.bootstrap()))
                    .orElseGet(() -> given(external.kafka()));
            String address = result(flink).orElseThrow().address();
            return new Servers(
                    addresses(
                            external,
                            kafka,
                            result(store),
                            result(postgres)
                                    .map(PostgresServer::passwordFile)
                                    .map(Path::toString)
                                    .orElse(external.postgresPasswordFile()),
                            address),
                    kafka,
                    result(store));
        } finally {
            starters.shutdown();
        }
    }

    private static <T> Optional<T> startUnless(@Nullable Object external, Supplier<T> start) {
        return external == null ? Optional.of(start.get()) : Optional.empty();
    }

    private static <T> T given(@Nullable T server) {
        return requireNonNull(server, "no server was started or given");
    }

    private static StackAddresses addresses(
            External external, KafkaSettings kafka, StoreConfig store, @Nullable String passwordFile, String flink) {
        return new StackAddresses(
                ProcessHandle.current().pid(),
                kafka.bootstrapServers(),
                external.kafka() != null,
                external.kafkaConfig(),
                external.kafkaProperties(),
                store.address(),
                external.postgres() != null,
                store.user(),
                passwordFile,
                flink,
                Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static <T> T result(Future<T> part) {
        try {
            return part.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("Interrupted while the stack was starting", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String message = cause == null ? null : cause.getMessage();
            throw new StackException(message == null ? e.toString() : message, e);
        }
    }

    /** What to do first when the process ends, as by Ctrl-C, while everything still answers; not by {@link #close}. */
    public void beforeExit(Runnable action) {
        parts.beforeExit(action);
    }

    /** What to do last when the process ends, as by Ctrl-C, once everything has stopped; not by {@link #close}. */
    public void afterExit(Runnable action) {
        parts.afterExit(action);
    }

    /** Stops because the process ends; a further call waits for the first. */
    public void exit() {
        parts.exit();
    }

    /** Flink, Kafka, PostgreSQL, in this order, then gives the folder free. Closing twice changes nothing. */
    @Override
    public void close() {
        parts.close();
    }
}
