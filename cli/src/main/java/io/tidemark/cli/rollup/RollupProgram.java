package io.tidemark.cli.rollup;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.StackException;
import io.tidemark.store.StoreConfig;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The programs that roll up, or recompute windows: Spark with Tidemark's jar, as a process of its own. */
public final class RollupProgram {
    /** What Spark's own start scripts open on Java 17. */
    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar");

    private static final int WRONG_USAGE = 2;
    private static final String STEP = "@step ";
    private static final String FAILED = "@failed ";
    private static final String DIFFERS = "@differs";

    private static final String ROLLUP = "io.tidemark.rollup.RollupMain";
    private static final String RECOMPUTE = "io.tidemark.rollup.RecomputeMain";

    private final Path home;
    private final String main;
    private volatile @Nullable Process running;

    private RollupProgram(Path home, String main) {
        this.home = home;
        this.main = main;
    }

    /**
     * Finds it, beside the command's own jar or in the checkout that it was built in.
     *
     * @throws StackException if it is not there, telling how to build it
     */
    public static RollupProgram find() {
        Path own;
        try {
            own = Path.of(RollupProgram.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("Cannot find where Tidemark is installed", e);
        }
        // A jar or a folder of classes, whose folder is two below the module's.
        Path beside = requireNonNull(own.getParent(), "no folder");
        for (Path home : List.of(
                beside.resolve("rollup"),
                beside.resolve("../../../rollup/target/rollup").normalize(),
                beside.resolve("../../rollup/target/rollup").normalize())) {
            if (Files.exists(home.resolve("tidemark-rollup.jar"))) {
                return in(home);
            }
        }
        throw new StackException(
                "Spark is not there: ./tidemark builds it where it is needed, mvn package does as well");
    }

    /** In a folder with {@code tidemark-rollup.jar} and Spark. */
    public static RollupProgram in(Path home) {
        return new RollupProgram(home.toAbsolutePath(), ROLLUP);
    }

    /** The one beside it that recomputes windows. */
    public RollupProgram recomputing() {
        return new RollupProgram(home, RECOMPUTE);
    }

    /**
     * What it is to do.
     *
     * @param options of the program, but for those that say where Postgres is
     * @param master of a Spark cluster; null for this machine
     * @param settings of Spark, such as {@code spark.executor.memory}
     * @param memory heap of the Java virtual machine, such as {@code 1g}
     * @param log takes what Spark says
     */
    public record Request(
            StoreConfig store,
            List<String> options,
            @Nullable String master,
            Map<String, String> settings,
            String memory,
            Path log) {
        public Request {
            requireNonNull(store, "store is null");
            options = List.copyOf(options);
            settings = Map.copyOf(settings);
            requireNonNull(memory, "memory is null");
            requireNonNull(log, "log is null");
        }
    }

    /** Told of what it says. */
    public interface Listener {
        /** It is at one of so many steps, that of a table. */
        void step(int step, int steps, String table);

        /** A line for people. */
        void line(String line);
    }

    /**
     * Runs it to its end; ends it if this process ends. Once at a time.
     *
     * @return whether it says that rows differ, which it leaves
     * @throws StackException if it fails, with why
     * @throws IllegalArgumentException if it does not take the options, with which and why
     */
    public boolean run(Request request, Listener listener) throws IOException, InterruptedException {
        Process process = start(request);
        running = process;
        Thread ended = new Thread(process::destroy, "end-rollup");
        Runtime.getRuntime().addShutdownHook(ended);
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String failure = null;
            boolean differs = false;
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith(STEP)) {
                    String[] words = line.substring(STEP.length()).split(" ", 3);
                    listener.step(Integer.parseInt(words[0]), Integer.parseInt(words[1]), words[2]);
                } else if (line.startsWith(FAILED)) {
                    failure = line.substring(FAILED.length());
                } else if (line.equals(DIFFERS)) {
                    differs = true;
                } else {
                    listener.line(line);
                }
                line = lines.readLine();
            }
            int exitCode = process.waitFor();
            if (exitCode != 0 && failure == null && !differs) {
                failure = "Spark's process ended with exit code %d; see %s".formatted(exitCode, request.log);
            }
            if (exitCode == WRONG_USAGE) {
                throw new IllegalArgumentException(failure);
            }
            if (failure != null) {
                throw new StackException(failure);
            }
            return differs;
        } finally {
            running = null;
            process.destroy();
            forget(ended);
        }
    }

    /** Ends what runs, from any thread: what it has rolled up stays. */
    void end() {
        Process process = running;
        if (process != null) {
            process.destroy();
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // This process is ending, and the hook does its work.
            return;
        }
    }

    private Process start(Request request) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + request.memory);
        OPENED.forEach(each -> command.add("--add-opens=java.base/" + each + "=ALL-UNNAMED"));
        Path jar = home.resolve("tidemark-rollup.jar");
        if (request.master != null) {
            command.add("-Dspark.master=" + request.master);
            command.add("-Dspark.jars=" + jar);
        }
        request.settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add(main);
        command.add("--steps");
        command.addAll(request.options);
        Files.createDirectories(requireNonNull(request.log.toAbsolutePath().getParent(), "no folder"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(request.log.toFile()));
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("SPARK_"));
        environment.put("SPARK_HOME", home.resolve("spark").toString());
        environment.put("CLASSPATH", jar + File.pathSeparator + home.resolve("spark/jars/*"));
        // By the environment, since everybody on the machine can read a command line.
        environment.put("TIDEMARK_POSTGRES", request.store.jdbcUrl());
        environment.put("TIDEMARK_POSTGRES_USER", request.store.user());
        environment.put("TIDEMARK_POSTGRES_PASSWORD", request.store.password());
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }
}
