package io.tidemark.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Grain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar on a cluster of Spark: a master and two workers, each a process. */
class SparkClusterIT {
    private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();

    @TempDir
    Path folder;

    @Test
    void theSameJarRunsOnAStandaloneClusterWithTwoWorkers() throws Exception {
        int port = freePort();
        String master = "spark://127.0.0.1:" + port;
        try (Windows windows = new Windows();
                SparkProcess first = master(port);
                SparkProcess one = worker("one", master);
                SparkProcess two = worker("two", master)) {
            first.awaitSaid("Starting Spark master at " + master);
            one.awaitSaid("Successfully registered with master");
            two.awaitSaid("Successfully registered with master");
            for (int i = 0; i < 60; i++) {
                windows.hit(NOON + i * 7_200_000L, "h" + i % 3, "https://r.test/" + i % 2, "v" + i % 7);
            }
            try (SparkProcess rollup = SparkProcess.start(
                    folder.resolve("rollup.out"),
                    Map.of("TIDEMARK_POSTGRES", windows.url, "TIDEMARK_POSTGRES_PASSWORD", ""),
                    "-Dspark.master=" + master,
                    "-Dspark.jars=" + SparkProcess.JAR,
                    "-Dspark.driver.host=127.0.0.1",
                    "-Dspark.executor.memory=512m",
                    "-Dspark.scheduler.minRegisteredResourcesRatio=1.0",
                    "-Dspark.sql.shuffle.partitions=4",
                    "io.tidemark.rollup.RollupMain")) {
                assertThat(rollup.exitCode()).as(rollup.said()).isZero();
                assertThat(rollup.said()).contains("processed_events_aggregated_hour: 60 hours, 60 rows changed");
            }
            for (Grain grain : Grain.values()) {
                assertThat(windows.hits("processed_events_aggregated_source", "host, referrer", grain))
                        .isEqualTo(windows.expectedHits(
                                "processed_events_aggregated_source", "host, referrer", grain, ZoneId.of("UTC")));
                assertThat(windows.visitors(grain)).isEqualTo(windows.expectedVisitors(grain, ZoneId.of("UTC")));
            }
            assertThat(executors("one")).isEqualTo(1);
            assertThat(executors("two")).isEqualTo(1);
        }
    }

    private SparkProcess master(int port) throws IOException {
        return SparkProcess.start(
                folder.resolve("master.out"),
                Map.of(),
                "org.apache.spark.deploy.master.Master",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--webui-port",
                "0");
    }

    private SparkProcess worker(String name, String master) throws IOException {
        return SparkProcess.start(
                folder.resolve(name + ".out"),
                Map.of(),
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                "127.0.0.1",
                "--webui-port",
                "0",
                "--cores",
                "1",
                "--memory",
                "600m",
                "--work-dir",
                folder.resolve(name).toString(),
                master);
    }

    /** Folders of the executors that a worker has run: one of the application, in it one of each. */
    private long executors(String worker) throws IOException {
        try (Stream<Path> found = Files.walk(folder.resolve(worker), 2)) {
            return found.filter(each -> each.getFileName().toString().matches("[0-9]+"))
                    .count();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
