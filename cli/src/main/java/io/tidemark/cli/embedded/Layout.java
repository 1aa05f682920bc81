package io.tidemark.cli.embedded;

import java.nio.file.Path;

/** Where things lie in a data folder. */
public record Layout(Path data) {
    public Layout {
        data = data.toAbsolutePath().normalize();
    }

    public Path kafka() {
        return data.resolve("kafka");
    }

    public Path postgres() {
        return data.resolve("postgres");
    }

    public Path flink() {
        return data.resolve("flink");
    }

    /** Retained checkpoints: {@code <job id>/chk-<n>}. */
    public Path checkpoints() {
        return flink().resolve("checkpoints");
    }

    /** Savepoints: {@code savepoint-<job id>-<random>}. */
    public Path savepoints() {
        return flink().resolve("savepoints");
    }

    public Path logs() {
        return data.resolve("logs");
    }

    /** What is known of the jobs that were started here: {@code <name>.json}. */
    public Path jobs() {
        return data.resolve("jobs");
    }

    /** Addresses of the running stack; present only while it runs, or if it was killed. */
    public Path stackFile() {
        return data.resolve("stack.json");
    }

    /** What the processes of {@code tidemark cluster} read: settings of Kafka, Flink and their logs. */
    public Path clusterSettings() {
        return data.resolve("cluster");
    }

    /** The processes of {@code tidemark cluster}; present only while it runs, or if its supervisor was killed. */
    public Path clusterFile() {
        return data.resolve("cluster.json");
    }

    /** Events that the collector keeps while Kafka is away. */
    public Path spool() {
        return data.resolve("spool");
    }

    public Path lockFile() {
        return data.resolve("tidemark.lock");
    }
}
