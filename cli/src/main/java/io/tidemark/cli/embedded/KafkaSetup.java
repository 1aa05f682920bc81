package io.tidemark.cli.embedded;

import io.tidemark.model.Topics;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** How a Kafka node of ours is set up, whichever process it runs in. */
public final class KafkaSetup {
    private static final String REJECTED_BYTES = Integer.toString(8 * 1024 * 1024);
    private static final String NODE_ID = "1";
    private static final int TIMEOUT_SECONDS = 30;

    private KafkaSetup() {}

    /** Makes the topics that do not exist yet; leaves the others as they are. */
    public static void createTopics(String bootstrap, int partitions) {
        Map<String, Object> settings = Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        try (Admin admin = Admin.create(settings)) {
            Set<String> existing = admin.listTopics().names().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            List<NewTopic> missing = Stream.of(
                            // Events are judged by when they came: that is the broker's to say.
                            topic(Topics.RAW, partitions, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"),
                            topic(Topics.ENRICHED, partitions, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime"),
                            // Room for the largest raw record and the headers that say what is wrong with it.
                            topic(Topics.REJECTED, 1, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, REJECTED_BYTES))
                    .filter(topic -> !existing.contains(topic.name()))
                    .toList();
            admin.createTopics(missing).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("Interrupted while topics were made", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new StackException("Kafka started at %s but does not answer (%s)".formatted(bootstrap, e), e);
        }
    }

    /** Kept for good: records are stamped with event times, so that a time limit would delete old imports at once. */
    private static NewTopic topic(String name, int partitions, String setting, String value) {
        return new NewTopic(name, partitions, (short) 1)
                .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1", setting, value));
    }

    /** Makes the folder a Kafka node's, if it is none yet. */
    public static void formatOnce(Path folder) throws Exception {
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
