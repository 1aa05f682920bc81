package io.tidemark.bench.latency;

import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Tidemark as its users run it: {@code tidemark up}, one process with Kafka and Flink, and beside it PostgreSQL's; then
 * {@code tidemark job enrich} and {@code tidemark job aggregate}. All settings but the windows' are the defaults. Servers
 * apart from each other would be quieter, but are not what the command gives: who waits for Flink's garbage to be collected
 * waits for Kafka too.
 */
final class Product implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    /** As the launcher chooses them. */
    private static final List<String> FOR_SERVERS = List.of("-Xmx2g");

    private static final List<String> FOR_COMMANDS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m");

    private final Process up;
    private final StackAddresses addresses;

    private Product(Process up, StackAddresses addresses) {
        this.up = up;
        this.addresses = addresses;
    }

    /**
     * Starts all of it.
     *
     * @param program the jar of the command
     * @param data folder that does not exist yet
     * @param options of the aggregate job
     * @throws IOException with what the command said, if it failed
     */
    static Product start(Path program, Path data, Session.Options options) throws IOException, InterruptedException {
        Files.createDirectories(data);
        Process up = command(program, FOR_SERVERS, data, List.of("up"));
        // A benchmark that is interrupted leaves nothing running.
        Runtime.getRuntime().addShutdownHook(new Thread(up::destroy, "end-tidemark"));
        boolean runs = false;
        try {
            Product product = new Product(up, awaitStack(up, data));
            job(program, data, List.of("job", "enrich"));
            job(
                    program,
                    data,
                    List.of(
                            "job",
                            "aggregate",
                            "--window",
                            options.window().toMillis() + "ms",
                            "--watermark",
                            options.delay().toMillis() + "ms",
                            "--aggregates",
                            options.aggregates()));
            runs = true;
            return product;
        } finally {
            if (!runs) {
                end(up);
            }
        }
    }

    private static StackAddresses awaitStack(Process up, Path data) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!up.waitFor(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS) && System.nanoTime() < deadline) {
            Optional<StackAddresses> addresses = Stack.announced(data).filter(each -> each.pid() == up.pid());
            if (addresses.isPresent()) {
                return addresses.get();
            }
        }
        throw new IOException("tidemark up did not start, see %s".formatted(output(data, "up")));
    }

    private static void job(Path program, Path data, List<String> words) throws IOException, InterruptedException {
        Process job = command(program, FOR_COMMANDS, data, words);
        if (!job.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || job.exitValue() != 0) {
            job.destroyForcibly();
            throw new IOException("tidemark %s failed, see %s"
                    .formatted(String.join(" ", words), output(data, String.join("-", words.subList(0, 2)))));
        }
    }

    private static Process command(Path program, List<String> options, Path data, List<String> words)
            throws IOException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(options);
        line.addAll(List.of("-jar", program.toAbsolutePath().toString()));
        line.addAll(words);
        line.addAll(List.of("--data", data.toString()));
        // In a folder of its own, so that no properties file of the user's has a say.
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(data.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output(data, String.join("-", words.subList(0, Math.min(2, words.size()))))
                        .toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TIDEMARK_"));
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private static Path output(Path data, String command) {
        return data.resolve("bench-" + command + ".out");
    }

    /** Where Kafka and PostgreSQL are. */
    StackAddresses addresses() {
        return addresses;
    }

    /** Whether the process of Kafka and Flink lives. */
    boolean isUp() {
        return up.isAlive();
    }

    @Override
    public void close() {
        try {
            end(up);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Process up) throws InterruptedException {
        up.destroy();
        if (!up.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            up.destroyForcibly();
        }
    }
}
