package io.tidemark.cli.cluster;

import static io.tidemark.cli.embedded.StackConfig.requireAtLeastOne;
import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.ServerPorts;
import io.tidemark.cli.embedded.StackConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a cluster is to look like.
 *
 * @param data folder of everything that is kept; made if absent
 * @param partitions of the raw and the enriched topic where they do not exist yet
 * @param ports where one is free for the taking, it stays the same as long as the cluster lives
 * @param external servers that are not to be started
 * @param taskManagers the processes that work on jobs
 * @param kafkaBehindProxy a second listener of Kafka, for clients that come through a proxy
 * @param jarsOfFlink what JobManager and TaskManagers find beside Flink's own jars, as in a distribution's {@code lib}; jobs
 *     whose classes are there need not bring them, nor load them again with each start
 */
public record ClusterConfig(
        Path data,
        int partitions,
        ServerPorts ports,
        External external,
        TaskManagers taskManagers,
        Optional<SecondListener> kafkaBehindProxy,
        List<Path> jarsOfFlink) {
    public ClusterConfig {
        data = requireNonNull(data, "data is null").toAbsolutePath().normalize();
        requireNonNull(ports, "ports is null");
        requireNonNull(external, "external is null");
        requireNonNull(taskManagers, "taskManagers is null");
        requireNonNull(kafkaBehindProxy, "kafkaBehindProxy is null");
        jarsOfFlink = List.copyOf(jarsOfFlink);
        requireAtLeastOne("partitions", partitions);
    }

    /** With every other thing as it is by default. */
    public ClusterConfig(Path data, int partitions, ServerPorts ports, External external, TaskManagers taskManagers) {
        this(data, partitions, ports, external, taskManagers, Optional.empty(), List.of());
    }

    /** Free ports, and nothing of the user's own. */
    public static ClusterConfig at(Path data, TaskManagers taskManagers) {
        return new ClusterConfig(data, StackConfig.DEFAULT_PARTITIONS, ServerPorts.ANY, External.NONE, taskManagers);
    }

    /**
     * The processes that work on jobs.
     *
     * @param slots of each of them
     * @param jvmOptions further options of their virtual machines
     */
    public record TaskManagers(int number, int slots, List<String> jvmOptions) {
        public TaskManagers {
            jvmOptions = List.copyOf(jvmOptions);
            requireAtLeastOne("number of TaskManagers", number);
            requireAtLeastOne("slots", slots);
        }

        public TaskManagers(int number, int slots) {
            this(number, slots, List.of());
        }
    }

    /**
     * A listener on {@code 127.0.0.1:port} that tells its clients to come to {@code 127.0.0.1:advertisedPort}, so that
     * those who came through a proxy there stay behind it.
     */
    public record SecondListener(int port, int advertisedPort) {
        public SecondListener {
            requireAtLeastOne("Kafka's second port", port);
            requireAtLeastOne("Kafka's advertised port", advertisedPort);
        }
    }
}
