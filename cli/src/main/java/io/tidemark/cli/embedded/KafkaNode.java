package io.tidemark.cli.embedded;

import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.RequiredTopics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Kafka broker that is its own controller. */
final class KafkaNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaNode.class);
    private static final String NODE_ID = "1";

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
            formatOnce(folder);
            Properties settings = settings(folder, port, controllerPort);
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
        try {
            List<String> made =
                    new RequiredTopics(KafkaSettings.of(bootstrap)).create(partitions, Optional.of((short) 1));
            LOG.info("Made topics {}", made);
        } catch (IllegalStateException e) {
            throw new StackException("Kafka started, but: " + e.getMessage(), e);
        }
    }

    private static void formatOnce(Path folder) throws Exception {
        if (Files.exists(folder.resolve("meta.properties"))) {
            return;
        }
        Files.createDirectories(folder);
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(Integer.parseInt(NODE_ID))
                .setClusterId(Uuid.randomUuid().toString())
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(folder.toString())
                .addDirectory(folder.toString())
                .run();
    }

    private static Properties settings(Path folder, int port, int controllerPort) throws IOException {
        String client = Ports.LOOPBACK + ":" + port;
        String controller = Ports.LOOPBACK + ":" + controllerPort;
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                NODE_ID,
                "controller.quorum.voters",
                NODE_ID + "@" + controller,
                "controller.listener.names",
                "CONTROLLER",
                "listeners",
                "PLAINTEXT://" + client + ",CONTROLLER://" + controller,
                "advertised.listeners",
                "PLAINTEXT://" + client,
                "inter.broker.listener.name",
                "PLAINTEXT",
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs",
                folder.toString()));
        settings.putAll(Map.of(
                "auto.create.topics.enable", "false",
                "default.replication.factor", "1",
                "min.insync.replicas", "1",
                "offsets.topic.replication.factor", "1",
                "offsets.topic.num.partitions", "4",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "4",
                "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1"));
        settings.putAll(Map.of(
                // After a kill, the controller takes the broker of before for alive until its session ends.
                "broker.session.timeout.ms",
                "4000",
                "broker.heartbeat.interval.ms",
                "500",
                "group.initial.rebalance.delay.ms",
                "0",
                "log.retention.ms",
                "-1",
                // An event far in the future is enrichment's to reject, with its reason, not the broker's.
                "log.message.timestamp.after.max.ms",
                Long.toString(Long.MAX_VALUE),
                "log.cleaner.dedupe.buffer.size",
                Integer.toString(8 * 1024 * 1024),
                "num.network.threads",
                "2",
                "num.io.threads",
                "4"));
        return settings;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
