package io.tidemark.stream;

import io.tidemark.model.Topics;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** What the enriched topic has to be for counting to be exact; checked before a job is submitted. */
public final class EnrichedTopic {
    private final KafkaSettings kafka;

    public EnrichedTopic(KafkaSettings kafka) {
        this.kafka = kafka;
    }

    /**
     * Checks that an event can keep its partition's number, and its event time as the record's timestamp.
     *
     * @throws IllegalStateException naming the topic, the setting and the remedy
     */
    public void requireFit() {
        try (Admin admin = Admin.create(kafka.toProperties())) {
            int raw = partitions(admin, Topics.RAW);
            int enriched = partitions(admin, Topics.ENRICHED);
            if (raw != enriched) {
                throw new IllegalStateException(
                        "%s has %d partitions and %s has %d; they need as many, since an event keeps its partition's number"
                                .formatted(Topics.RAW, raw, Topics.ENRICHED, enriched));
            }
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.ENRICHED);
            Config config = admin.describeConfigs(List.of(topic)).all().get().get(topic);
            String type = config == null
                    ? null
                    : config.get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG).value();
            if (!"CreateTime".equals(type)) {
                throw new IllegalStateException(
                        "%s has %s=%s; set it to CreateTime, since records carry their event time there"
                                .formatted(Topics.ENRICHED, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, type));
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("Cannot look at the topics in %s: %s".formatted(kafka, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while looking at the topics in " + kafka, e);
        }
    }

    private static int partitions(Admin admin, String topic) throws ExecutionException, InterruptedException {
        TopicDescription found = TopicRecordSchema.describe(admin, topic);
        return found.partitions().size();
    }
}
