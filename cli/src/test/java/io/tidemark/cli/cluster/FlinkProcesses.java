package io.tidemark.cli.cluster;

import io.tidemark.cli.cluster.ClusterConfig.TaskManagers;
import io.tidemark.cli.embedded.Layout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A Flink session cluster as Flink's own start scripts run it, and nothing else: a JobManager and a TaskManager. */
public final class FlinkProcesses implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Supervised.Listener DEAF = new Supervised.Listener() {
        @Override
        public void changed() {}

        @Override
        public void answers(ProcessInfo process) {}
    };

    private final Layout layout;
    private final List<Supervised> processes;
    private final String rest;

    private FlinkProcesses(Layout layout, List<Supervised> processes, String rest) {
        this.layout = layout;
        this.processes = processes;
        this.rest = rest;
    }

    public static FlinkProcesses start(Path folder) throws Exception {
        Layout layout = new Layout(folder);
        FlinkPrograms.writeLogSettings(layout);
        FlinkPrograms programs = FlinkPrograms.prepare(layout, ClusterConfig.at(folder, new TaskManagers(1, 4)));
        List<Supervised> processes = programs.all().stream()
                .map(program -> new Supervised(program, DEAF))
                .toList();
        FlinkProcesses flink =
                new FlinkProcesses(layout, processes, programs.rest().address());
        long started = System.nanoTime();
        processes.forEach(Supervised::start);
        for (Supervised process : processes) {
            process.awaitReady(PATIENCE, started);
        }
        return flink;
    }

    /** REST endpoint, as {@code host:port}. */
    public String rest() {
        return rest;
    }

    /** What JobManager and TaskManager have logged. */
    public List<Path> logs() {
        return processes.stream()
                .map(process -> layout.logs().resolve(process.info().name() + ".log"))
                .toList();
    }

    /** The jars of a Flink distribution. */
    public static List<Path> classPath() {
        return FlinkPrograms.classPath();
    }

    @Override
    public void close() {
        try {
            for (Supervised process : processes) {
                process.end();
            }
            for (Supervised process : processes) {
                process.awaitEnd();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
