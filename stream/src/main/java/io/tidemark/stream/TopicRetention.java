package io.tidemark.stream;

import io.tidemark.model.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.TopicConfig;

/** How long Kafka keeps the records of the topics. */
public final class TopicRetention {
    private static final List<String> ALL = List.of(Topics.RAW, Topics.ENRICHED, Topics.REJECTED);

    private TopicRetention() {}

    /**
     * By topic, of those that exist; empty for ever.
     *
     * @throws IllegalStateException if Kafka does not answer, or does not allow to look
     */
    public static SortedMap<String, Optional<Duration>> of(KafkaSettings kafka) {
        try (KafkaAdmin admin = KafkaAdmin.of(kafka)) {
            SortedMap<String, Optional<Duration>> found = new TreeMap<>();
            Map<String, Config> settings = admin.settings(admin.partitions(ALL).keySet());
            settings.forEach((topic, config) -> {
                long millis = EnrichedTopic.number(config, TopicConfig.RETENTION_MS_CONFIG);
                found.put(
                        topic,
                        millis < 0 || millis == Long.MAX_VALUE
                                ? Optional.empty()
                                : Optional.of(Duration.ofMillis(millis)));
            });
            return found;
        }
    }
}
