package io.tidemark.cli.cluster;

import io.tidemark.cli.cluster.ClusterConfig.TaskManagers;
import io.tidemark.cli.embedded.FlinkPath;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Ports;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.cli.jobs.FlinkRest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** JobManager and TaskManagers: the classes that Flink's own start scripts run, with settings of one file. */
final class FlinkPrograms {
    /** What a Flink distribution has in its {@code lib}; the jobs bring the rest with them. */
    private static final Pattern OF_FLINK = Pattern.compile("flink-(?!connector-kafka).*\\.jar"
            + "|(commons-(cli|lang3|io|compress|text|math3|collections)|slf4j-api|log4j|snappy|lz4|kryo|minlog|objenesis"
            + "|reflectasm|jsr305|snakeyaml-engine|javassist|async-profiler).*\\.jar");

    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.reflect",
            "java.net",
            "java.io",
            "java.nio",
            "sun.nio.ch",
            "java.text",
            "java.time",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "java.util.concurrent.locks");

    private static final int OFF_HEAP_MIB = 64;

    private final Layout layout;
    private final ClusterConfig config;
    private final List<Path> classPath;
    private final int restPort;
    private final FlinkRest rest;

    private FlinkPrograms(Layout layout, ClusterConfig config, List<Path> classPath, int restPort) {
        this.layout = layout;
        this.config = config;
        this.classPath = List.copyOf(classPath);
        this.restPort = restPort;
        this.rest = new FlinkRest(Ports.LOOPBACK + ":" + restPort);
    }

    /** Writes the settings that all of them read. */
    static FlinkPrograms prepare(Layout layout, ClusterConfig config) throws IOException {
        int restPort = Ports.lasting("Flink", config.ports().flink());
        int rpcPort = Ports.lasting("Flink's JobManager", 0);
        int blobPort = Ports.lasting("Flink's blob server", 0);
        Files.createDirectories(layout.checkpoints());
        Files.createDirectories(layout.savepoints());
        Path temporary = layout.flink().resolve("tmp");
        empty(temporary);
        Files.createDirectories(temporary);
        Path settings = layout.clusterSettings();
        Files.createDirectories(settings);
        Files.writeString(
                settings.resolve("config.yaml"),
                settings(layout, config.taskManagers().slots(), restPort, rpcPort, blobPort, temporary));
        List<Path> jars = new ArrayList<>(classPath());
        jars.addAll(config.jarsOfFlink());
        return new FlinkPrograms(layout, config, jars, restPort);
    }

    /** REST endpoint and page. */
    FlinkRest rest() {
        return rest;
    }

    List<Program> all() {
        List<Program> programs = new ArrayList<>();
        programs.add(program(
                Role.JOB_MANAGER,
                0,
                restPort,
                List.of("-Xmx512m", "-XX:+UseSerialGC"),
                List.of("org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint")));
        TaskManagers taskManagers = config.taskManagers();
        for (int i = 0; i < taskManagers.number(); i++) {
            List<String> options = new ArrayList<>(List.of(
                    "-Xmx" + heapMib(taskManagers.slots()) + "m",
                    "-XX:MaxDirectMemorySize=" + (2 * OFF_HEAP_MIB + networkMib(taskManagers.slots())) + "m",
                    "-XX:+UseSerialGC"));
            options.addAll(taskManagers.jvmOptions());
            programs.add(program(
                    Role.TASK_MANAGER,
                    i,
                    0,
                    options,
                    List.of(
                            "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                            "-D",
                            // With the same name as before, its successor is known for one at once.
                            "taskmanager.resource-id=" + taskManager(i),
                            "-D",
                            "taskmanager.log.path=" + layout.logs().resolve(Role.TASK_MANAGER + "-" + i + ".log"))));
        }
        return programs;
    }

    private JavaProgram program(Role role, int index, int port, List<String> options, List<String> words) {
        List<String> all = new ArrayList<>(options);
        OPENED.forEach(each -> all.add("--add-opens=java.base/" + each + "=ALL-UNNAMED"));
        all.addAll(List.of("--add-exports=java.base/sun.net.util=ALL-UNNAMED"));
        all.add(words.get(0));
        all.addAll(List.of("--configDir", layout.clusterSettings().toString()));
        all.addAll(words.subList(1, words.size()));
        return new JavaProgram(
                role,
                index,
                port,
                layout,
                classPath,
                all,
                () -> role == Role.JOB_MANAGER ? rest.answers() : rest.hasTaskManager(taskManager(index)));
    }

    private static String taskManager(int index) {
        return Role.TASK_MANAGER + "-" + index;
    }

    /**
     * Kafka's producers and consumers, and the state, of as many subtasks as there are slots: some 250 bytes a group and window
     * that is open or can still be revised.
     */
    private static int heapMib(int slots) {
        return 384 + 128 * slots;
    }

    private static int networkMib(int slots) {
        return Math.max(64, 16 * slots);
    }

    private static String settings(Layout layout, int slots, int restPort, int rpcPort, int blobPort, Path temporary) {
        return """
                # Written by tidemark at each start.
                jobmanager.rpc.address: %1$s
                jobmanager.rpc.port: %2$d
                jobmanager.bind-host: %1$s
                blob.server.port: "%3$d"
                rest.address: %1$s
                rest.bind-address: %1$s
                rest.port: %4$d
                rest.bind-port: "%4$d"
                taskmanager.host: %1$s
                taskmanager.bind-host: %1$s
                taskmanager.numberOfTaskSlots: %5$d
                # All TaskManagers work, rather than the first one until it is full.
                taskmanager.load-balance.mode: SLOTS
                taskmanager.cpu.cores: %5$d
                taskmanager.memory.framework.heap.size: 128m
                taskmanager.memory.task.heap.size: %6$dm
                taskmanager.memory.managed.size: 16m
                taskmanager.memory.network.min: %7$dm
                taskmanager.memory.network.max: %7$dm
                taskmanager.memory.framework.off-heap.size: %8$dm
                taskmanager.memory.task.off-heap.size: %8$dm
                taskmanager.memory.jvm-metaspace.size: 256m
                taskmanager.memory.jvm-overhead.min: 64m
                taskmanager.memory.jvm-overhead.max: 64m
                io.tmp.dirs: %9$s
                blob.storage.directory: %9$s
                web.tmpdir: %9$s
                # Else any web site that the user visits could read the page's answers and run a jar of its own here.
                web.submit.enable: false
                web.access-control-allow-origin: http://%1$s:%4$d
                web.log.path: %10$s
                # A process that was killed is missed at once, one that hangs within seconds; its successor is taken up at once.
                heartbeat.interval: 1 s
                heartbeat.timeout: 10 s
                cluster.registration.error-delay: 500 ms
                cluster.registration.refused-registration-delay: 1 s
                cluster.registration.max-timeout: 2 s
                taskmanager.registration.timeout: 100 d
                # A job that lacks slots waits for the TaskManager that is about to come back, rather than fail again and again.
                resourcemanager.standalone.start-up-time: 100 d
                slot.request.timeout: 1 h
                slot.idle.timeout: 2 s
                metrics.fetcher.update-interval: 1 s
                execution.checkpointing.dir: %11$s
                execution.checkpointing.savepoint-dir: %12$s
                execution.checkpointing.interval: 10 s
                execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION
                """.formatted(
                        Ports.LOOPBACK,
                        rpcPort,
                        blobPort,
                        restPort,
                        slots,
                        heapMib(slots) - 128,
                        networkMib(slots),
                        OFF_HEAP_MIB,
                        quoted(temporary.toString()),
                        quoted(layout.logs().resolve(Role.JOB_MANAGER + ".log").toString()),
                        quoted(FlinkPath.of(layout.checkpoints())),
                        quoted(FlinkPath.of(layout.savepoints())));
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /**
     * Flink's jars among those that this program runs with; the others, above all our own, must not be there, or the
     * jobs would find them before those that they bring with them.
     */
    static List<Path> classPath() {
        List<Path> jars = OwnClassPath.jars().stream()
                .filter(jar -> OF_FLINK.matcher(jar.getFileName().toString()).matches())
                .toList();
        if (jars.stream().noneMatch(jar -> jar.getFileName().toString().startsWith("flink-runtime-"))) {
            throw new StackException("Flink's jars are not beside the program; build it with: mvn package");
        }
        return jars;
    }

    private static void empty(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The file by which each process logs into one of its own. */
    static void writeLogSettings(Layout layout) throws IOException {
        Files.createDirectories(layout.clusterSettings());
        try (InputStream settings = FlinkPrograms.class.getResourceAsStream("/log4j2-process.xml")) {
            if (settings == null) {
                throw new UncheckedIOException(new IOException("log4j2-process.xml is missing from the program"));
            }
            Files.write(layout.clusterSettings().resolve("log4j2.xml"), settings.readAllBytes());
        }
    }
}
