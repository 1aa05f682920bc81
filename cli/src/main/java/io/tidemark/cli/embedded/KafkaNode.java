package io.tidemark.cli.embedded;

import java.nio.file.Path;
import java.util.Properties;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/** A Kafka broker that is its own controller. */
final class KafkaNode implements AutoCloseable {
    private final KafkaRaftServer server;
    private final String bootstrap;

    private KafkaNode(KafkaRaftServer server, String bootstrap) {
        this.server = server;
        this.bootstrap = bootstrap;
    }

    /** Starts a broker on the folder, whose topics it serves if there are any, and waits until it takes requests. */
    static KafkaNode start(Path folder, int wantedPort) {
        return start(folder, wantedPort, settings -> {});
    }

    /** @param more changes the broker's settings, as for other listeners */
    static KafkaNode start(Path folder, int wantedPort, Consumer<Properties> more) {
        int port = Ports.free("Kafka", wantedPort);
        int controllerPort = Ports.free("Kafka's controller", 0);
        try {
            KafkaSetup.formatOnce(folder);
            Properties settings = KafkaSetup.settings(folder, port, controllerPort);
            more.accept(settings);
            KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
            try {
                server.startup();
            } catch (RuntimeException e) {
                server.shutdown();
                throw e;
            }
            return new KafkaNode(server, Ports.LOOPBACK + ":" + port);
        } catch (Exception e) {
            throw new StackException("Kafka did not start on %s (%s)".formatted(folder, e), e);
        }
    }

    String bootstrap() {
        return bootstrap;
    }

    /** Makes the topics that do not exist yet; leaves the others as they are. */
    void createTopics(int partitions) {
        KafkaSetup.createTopics(bootstrap, partitions);
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
