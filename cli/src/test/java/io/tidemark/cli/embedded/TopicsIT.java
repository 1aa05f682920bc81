package io.tidemark.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Topics;
import io.tidemark.stream.EnrichedTopic;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.RequiredTopics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.server.policy.CreateTopicPolicy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicsIT {
    private static final Duration MAX_AHEAD = Duration.ofMinutes(5);
    private static final int SECONDS = 10;

    @TempDir
    static Path folder;

    private static KafkaNode node;
    private static Admin admin;

    /** Allows no topic of more than 9 partitions. */
    public static final class NineAtMost implements CreateTopicPolicy {
        @Override
        public void configure(Map<String, ?> settings) {
            // Nothing to choose.
        }

        @Override
        public void validate(RequestMetadata topic) {
            if (topic.numPartitions() != null && topic.numPartitions() > 9) {
                throw new PolicyViolationException("nine at most");
            }
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    @BeforeAll
    static void start() {
        node = KafkaNode.start(folder.resolve("kafka"), 0, settings -> {
            settings.setProperty("create.topic.policy.class.name", NineAtMost.class.getName());
            // As a broker is unless it is told otherwise.
            settings.remove("log.message.timestamp.after.max.ms");
            settings.remove("log.retention.ms");
        });
        admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        node.close();
    }

    @BeforeEach
    void deleteTopics() throws Exception {
        List<String> existing = admin.listTopics().names().get(SECONDS, TimeUnit.SECONDS).stream()
                .toList();
        admin.deleteTopics(existing).all().get(SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void makesWhatIsMissingAndThatFits() {
        assertThat(create(3, Optional.empty())).containsExactly(Topics.RAW, Topics.ENRICHED, Topics.REJECTED);
        assertThatCode(TopicsIT::requireFit).doesNotThrowAnyException();
        assertThat(create(5, Optional.of((short) 1))).isEmpty();
    }

    @Test
    void anExistingTopicDecidesHowManyPartitionsTheOtherGets() throws Exception {
        make(Topics.RAW, 2, Map.of("max.message.bytes", "20000000"));
        assertThat(create(3, Optional.empty())).containsExactly(Topics.ENRICHED, Topics.REJECTED);
        assertThatCode(TopicsIT::requireFit).doesNotThrowAnyException();
    }

    @Test
    void tellsWhatToMakeWhereItIsNotAllowed() throws Exception {
        make(Topics.REJECTED, 1, Map.of());
        assertThatThrownBy(() -> create(10, Optional.empty()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Kafka at %s makes no topic web-events (nine at most); have made, with as many replicas as you"
                                        .formatted(node.bootstrap())
                                + " like: web-events with 10 partitions and cleanup.policy=delete,"
                                + " message.timestamp.type=LogAppendTime, retention.ms=-1; process_events_kafka with 10 partitions and"
                                + " cleanup.policy=delete, message.timestamp.after.max.ms=9223372036854775807,"
                                + " message.timestamp.before.max.ms=9223372036854775807, message.timestamp.type=CreateTime,"
                                + " retention.ms=-1");
        assertThatThrownBy(() -> create(1, Optional.of((short) 3)))
                .hasMessageContaining("give a factor that its brokers allow (--replication)");
    }

    @Test
    void everyTopicHasToExistWithAsManyPartitions() throws Exception {
        make(Topics.RAW, 2, Map.of());
        make(Topics.REJECTED, 1, Map.of());
        assertThatThrownBy(TopicsIT::requireFit).hasMessageEndingWith("has no topic process_events_kafka; make it");
        make(Topics.ENRICHED, 3, Map.of());
        assertThatThrownBy(TopicsIT::requireFit).hasMessageContaining("web-events has 2 partitions and");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            web-events           | cleanup.policy                 | compact,delete | set it to delete, since compaction
            process_events_kafka | cleanup.policy                 | compact        | set it to delete, since compaction
            web-events-rejected  | cleanup.policy                 | compact        | set it to delete, since compaction
            process_events_kafka | message.timestamp.type         | LogAppendTime  | set it to CreateTime, since records carry
            process_events_kafka | message.timestamp.before.max.ms| 31536000000    | set it to at least 9223372036854775807, since
            process_events_kafka | message.timestamp.after.max.ms | 599999         | set it to at least 600000, since
            process_events_kafka | retention.ms                   | 604800000      | set it to -1 and limit it by retention.bytes
            process_events_kafka | max.message.bytes              | 131071         | set it to at least 131072, since an event
            web-events-rejected  | max.message.bytes              | 6356991        | set it to at least 6356992, since it takes
            """)
    void aTopicThatWouldLoseOrRefuseEventsIsNamed(String topic, String setting, String value, String remedy)
            throws Exception {
        create(1, Optional.empty());
        set(topic, setting, value);
        assertThatThrownBy(TopicsIT::requireFit)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("%s has %s=%s; %s".formatted(topic, setting, value, remedy));
    }

    @Test
    void howFarAheadEventsAreDependsOnWhatTheRawTopicTakes() throws Exception {
        create(1, Optional.empty());
        set(Topics.ENRICHED, "message.timestamp.after.max.ms", "3600000");
        assertThatCode(TopicsIT::requireFit).doesNotThrowAnyException();
        set(Topics.RAW, "message.timestamp.type", "CreateTime");
        assertThatThrownBy(TopicsIT::requireFit)
                .hasMessageContaining("message.timestamp.after.max.ms=3600000; set it to at least 4200000");
    }

    private static List<String> create(int partitions, Optional<Short> replication) {
        return new RequiredTopics(KafkaSettings.of(node.bootstrap())).create(partitions, replication);
    }

    private static void requireFit() {
        new EnrichedTopic(KafkaSettings.of(node.bootstrap())).requireFit(MAX_AHEAD);
    }

    private static void make(String topic, int partitions, Map<String, String> settings) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(settings)))
                .all()
                .get(SECONDS, TimeUnit.SECONDS);
    }

    private static void set(String topic, String setting, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get(SECONDS, TimeUnit.SECONDS);
    }
}
