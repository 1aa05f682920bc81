package io.tidemark.cli.e2e;

import io.tidemark.collect.Ticker;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A Flink session cluster as Flink's own start scripts run it: a JobManager and a TaskManager, each a JVM. */
final class FlinkProcesses implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern OF_FLINK = Pattern.compile("flink-(?!connector).*\\.jar"
            + "|(commons-(cli|lang3|io|compress|text|math3|collections)|slf4j-api|log4j|snappy|lz4|kryo|minlog|objenesis"
            + "|reflectasm|jsr305|snakeyaml-engine|javassist|async-profiler).*\\.jar");
    private static final String SETTINGS = """
            jobmanager.rpc.address: 127.0.0.1
            jobmanager.rpc.port: %d
            jobmanager.bind-host: 127.0.0.1
            rest.address: 127.0.0.1
            rest.bind-address: 127.0.0.1
            rest.port: %d
            taskmanager.host: 127.0.0.1
            taskmanager.bind-host: 127.0.0.1
            taskmanager.numberOfTaskSlots: 4
            taskmanager.cpu.cores: 2
            taskmanager.memory.framework.heap.size: 128m
            taskmanager.memory.task.heap.size: 256m
            taskmanager.memory.managed.size: 64m
            taskmanager.memory.network.min: 64m
            taskmanager.memory.network.max: 64m
            taskmanager.memory.framework.off-heap.size: 64m
            taskmanager.memory.task.off-heap.size: 0m
            taskmanager.memory.jvm-metaspace.size: 256m
            taskmanager.memory.jvm-overhead.min: 64m
            taskmanager.memory.jvm-overhead.max: 64m
            """;

    private final List<Process> processes;
    private final String rest;

    private FlinkProcesses(List<Process> processes, String rest) {
        this.processes = processes;
        this.rest = rest;
    }

    static FlinkProcesses start(Path folder) throws Exception {
        Files.createDirectories(folder);
        int restPort = freePort();
        Files.writeString(folder.resolve("config.yaml"), SETTINGS.formatted(freePort(), restPort));
        List<Process> processes = new ArrayList<>();
        for (String main : List.of(
                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner")) {
            processes.add(launch(folder, main));
        }
        FlinkProcesses cluster = new FlinkProcesses(processes, "127.0.0.1:" + restPort);
        cluster.awaitSlots(folder);
        return cluster;
    }

    /** REST endpoint, as {@code host:port}. */
    String rest() {
        return rest;
    }

    private static Process launch(Path folder, String main) throws IOException {
        String classpath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar ->
                        OF_FLINK.matcher(Path.of(jar).getFileName().toString()).matches())
                .collect(Collectors.joining(File.pathSeparator));
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-Xmx512m");
        words.add("-Dlog4j2.level=INFO");
        for (String opened : List.of("java.lang", "java.net", "java.io", "java.nio", "java.time", "java.util")) {
            words.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        words.addAll(List.of("-cp", classpath, main, "--configDir", folder.toString()));
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(main.substring(main.lastIndexOf('.') + 1) + ".log")
                        .toFile())
                .start();
    }

    private void awaitSlots(Path logs) throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest overview = HttpRequest.newBuilder(URI.create("http://" + rest + "/overview"))
                .build();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                String body = client.send(overview, HttpResponse.BodyHandlers.ofString())
                        .body();
                if (body.contains("\"slots-available\":4")) {
                    return;
                }
            } catch (IOException notYet) {
                // The JobManager is still starting.
            }
            Ticker.system().await(Duration.ofMillis(100));
        }
        close();
        throw new IllegalStateException("Flink did not start; see the logs in " + logs);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
