package io.tidemark.cli.cluster;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.External;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a cluster is to look like.
 *
 * @param data folder of everything that is kept; made if absent
 * @param taskManagers processes that work on jobs
 * @param slots of each of them
 * @param partitions of the raw and the enriched topic where they do not exist yet
 * @param kafkaPort 0 for a free one, as the other ports; they stay the same as long as the cluster lives
 * @param flinkPort of REST endpoint and page
 * @param kafkaBehindProxy a second listener of Kafka, for clients that come through a proxy
 * @param taskManagerJvmOptions further options of the TaskManagers' virtual machines
 * @param jarsOfFlink what JobManager and TaskManagers find beside Flink's own jars, as in a distribution's {@code lib}; jobs
 *     whose classes are there need not bring them, nor load them again with each start
 * @param external servers that are not to be started
 */
public record ClusterConfig(
        Path data,
        int taskManagers,
        int slots,
        int partitions,
        int kafkaPort,
        int postgresPort,
        int flinkPort,
        Optional<SecondListener> kafkaBehindProxy,
        List<String> taskManagerJvmOptions,
        List<Path> jarsOfFlink,
        External external) {
    public static final int DEFAULT_TASK_MANAGERS = 2;
    public static final int DEFAULT_SLOTS = 4;
    public static final int DEFAULT_PARTITIONS = 4;

    public ClusterConfig {
        data = requireNonNull(data, "data is null").toAbsolutePath().normalize();
        requireNonNull(kafkaBehindProxy, "kafkaBehindProxy is null");
        taskManagerJvmOptions = List.copyOf(taskManagerJvmOptions);
        jarsOfFlink = List.copyOf(jarsOfFlink);
        requireNonNull(external, "external is null");
        requireAtLeastOne("taskManagers", taskManagers);
        requireAtLeastOne("slots", slots);
        requireAtLeastOne("partitions", partitions);
        requirePort("Kafka", kafkaPort);
        requirePort("PostgreSQL", postgresPort);
        requirePort("Flink", flinkPort);
    }

    /** Without servers of the user's own. */
    public ClusterConfig(
            Path data,
            int taskManagers,
            int slots,
            int partitions,
            int kafkaPort,
            int postgresPort,
            int flinkPort,
            Optional<SecondListener> kafkaBehindProxy,
            List<String> taskManagerJvmOptions,
            List<Path> jarsOfFlink) {
        this(
                data,
                taskManagers,
                slots,
                partitions,
                kafkaPort,
                postgresPort,
                flinkPort,
                kafkaBehindProxy,
                taskManagerJvmOptions,
                jarsOfFlink,
                External.NONE);
    }

    /** Free ports, every default. */
    public static ClusterConfig at(Path data) {
        return new ClusterConfig(
                data,
                DEFAULT_TASK_MANAGERS,
                DEFAULT_SLOTS,
                DEFAULT_PARTITIONS,
                0,
                0,
                0,
                Optional.empty(),
                List.of(),
                List.of());
    }

    public ClusterConfig withTaskManagers(int number, int slotsOfEach) {
        return new ClusterConfig(
                data,
                number,
                slotsOfEach,
                partitions,
                kafkaPort,
                postgresPort,
                flinkPort,
                kafkaBehindProxy,
                taskManagerJvmOptions,
                jarsOfFlink,
                external);
    }

    public ClusterConfig withExternal(External servers) {
        return new ClusterConfig(
                data,
                taskManagers,
                slots,
                partitions,
                kafkaPort,
                postgresPort,
                flinkPort,
                kafkaBehindProxy,
                taskManagerJvmOptions,
                jarsOfFlink,
                servers);
    }

    private static void requireAtLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1; was " + value);
        }
    }

    private static void requirePort(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " port must be between 0 (any free one) and 65535; was " + port);
        }
    }

    /**
     * A listener on {@code 127.0.0.1:port} that tells its clients to come to {@code 127.0.0.1:advertisedPort}, so that
     * those who came through a proxy there stay behind it.
     */
    public record SecondListener(int port, int advertisedPort) {
        public SecondListener {
            requirePort("Kafka's second", port);
            requirePort("Kafka's advertised", advertisedPort);
        }
    }
}
