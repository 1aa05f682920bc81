package io.tidemark.cli.embedded;

import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.RequiredTopics;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a Kafka node of ours is set up, whichever process it runs in. */
public final class KafkaSetup {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaSetup.class);
    private static final String NODE_ID = "1";

    private KafkaSetup() {}

    /** Makes the topics that do not exist yet; leaves the others as they are. */
    public static void createTopics(String bootstrap, int partitions) {
        try {
            List<String> made =
                    new RequiredTopics(KafkaSettings.of(bootstrap)).create(partitions, Optional.of((short) 1));
            LOG.info("Made topics {}", made);
        } catch (IllegalStateException e) {
            throw new StackException("Kafka started, but: " + e.getMessage(), e);
        }
    }

    /**
     * Makes the folder a Kafka node's, if it is none yet.
     *
     * @throws StackException if Kafka could not use it
     */
    public static void formatOnce(Path folder) throws Exception {
        if (folder.toString().contains(",")) {
            throw new StackException(
                    "Kafka takes a comma in a path for the end of it; choose a data folder without one, not " + folder);
        }
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

    /** The settings of a node on the folder whose two listeners, for clients and for itself, are on loopback. */
    public static Properties settings(Path folder, int port, int controllerPort) {
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
}
