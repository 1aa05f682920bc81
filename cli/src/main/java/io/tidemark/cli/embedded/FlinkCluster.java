package io.tidemark.cli.embedded;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/** A Flink session cluster in this process, with its REST endpoint and page. */
final class FlinkCluster implements AutoCloseable {
    private static final int TIMEOUT_SECONDS = 60;
    private static final int CLOSE_SECONDS = 5;

    private final MiniCluster cluster;
    private final URI rest;

    private FlinkCluster(MiniCluster cluster, URI rest) {
        this.cluster = cluster;
        this.rest = rest;
    }

    static FlinkCluster start(Layout layout, int slots, int wantedPort) {
        int port = Ports.free("Flink", wantedPort);
        try {
            Files.createDirectories(layout.checkpoints());
            MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                    .setConfiguration(settings(layout, port))
                    .setNumTaskManagers(1)
                    .setNumSlotsPerTaskManager(slots)
                    .setCommonBindAddress(Ports.LOOPBACK)
                    .build());
            try {
                cluster.start();
                return new FlinkCluster(cluster, cluster.getRestAddress().get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
            } catch (Exception e) {
                cluster.close();
                throw e;
            }
        } catch (Exception e) {
            throw new StackException("Flink did not start on %s (%s)".formatted(layout.flink(), e), e);
        }
    }

    /** {@code host:port} of REST endpoint and page. */
    String address() {
        return rest.getHost() + ":" + rest.getPort();
    }

    private static Configuration settings(Layout layout, int port) throws IOException {
        String temporary =
                Files.createDirectories(layout.flink().resolve("tmp")).toString();
        String log = layout.logs().resolve("flink.log").toString();
        Configuration settings = new Configuration();
        settings.set(RestOptions.ADDRESS, Ports.LOOPBACK);
        settings.set(RestOptions.BIND_ADDRESS, Ports.LOOPBACK);
        settings.set(RestOptions.BIND_PORT, Integer.toString(port));
        settings.set(RestOptions.PORT, port);
        settings.set(JobManagerOptions.ADDRESS, Ports.LOOPBACK);
        settings.set(JobManagerOptions.BIND_HOST, Ports.LOOPBACK);
        settings.set(TaskManagerOptions.HOST, Ports.LOOPBACK);
        settings.set(TaskManagerOptions.BIND_HOST, Ports.LOOPBACK);
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
        settings.set(CoreOptions.TMP_DIRS, temporary);
        settings.set(BlobServerOptions.STORAGE_DIRECTORY, temporary);
        settings.set(WebOptions.TMP_DIR, temporary);
        // Else any web site that the user visits could read the page's answers and run a jar of its own here.
        settings.set(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN, "http://" + Ports.LOOPBACK + ":" + port);
        settings.set(WebOptions.SUBMIT_ENABLE, false);
        settings.set(WebOptions.LOG_PATH, log);
        settings.set(TaskManagerOptions.TASK_MANAGER_LOG_PATH, log);
        // Counts of running jobs come with the heartbeat.
        settings.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
        settings.set(PipelineOptions.GENERIC_TYPES, false);
        settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, FlinkPath.of(layout.checkpoints()));
        settings.set(CheckpointingOptions.SAVEPOINT_DIRECTORY, FlinkPath.of(layout.savepoints()));
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
        settings.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        return settings;
    }

    @Override
    public void close() {
        try {
            cluster.closeAsync().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new StackException("Flink did not stop within %d s (%s)".formatted(CLOSE_SECONDS, e), e);
        }
    }
}
