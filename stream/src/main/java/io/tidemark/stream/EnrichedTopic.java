package io.tidemark.stream;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What the topics, the enriched one above all, have to be for counting to be exact; checked before a job is submitted.
 *
 * <p>A record that the broker refuses while it takes the ones behind it would tear a gap: readers drop coordinates below
 * those they have seen, and so would drop it when it is sent again. So no topic may refuse a single record for its time or
 * its size. None may be compacted either: that deletes events that share a key.
 */
public final class EnrichedTopic {
    /** The default of how far an event may be ahead of its raw record. */
    public static final Duration MAX_AHEAD = Duration.ofMinutes(5);

    /** Room that a rejected record needs beyond its raw one. */
    static final long HEADER_BYTES = 64 * 1024;

    /** A rejected record's key and value are cut beyond that; the raw topic's own limit is of compressed records. */
    static final long LARGEST_REJECTED_BYTES = 2L * RejectedRecords.MAX_BYTES + HEADER_BYTES;

    /** All texts within their caps, each character written as an escape of six, and the names of the fields. */
    private static final long LARGEST_EVENT_BYTES = 128 * 1024;

    /** By how much the clocks of two brokers may differ. */
    private static final Duration CLOCKS_APART = Duration.ofMinutes(5);

    /** Of brokers before 3.6; later ones have a setting for each direction. */
    private static final String DIFFERENCE_MAX = "message.timestamp.difference.max.ms";

    private static final String CREATE_TIME = "CreateTime";
    private static final List<String> ALL = List.of(Topics.RAW, Topics.ENRICHED, Topics.REJECTED);

    private final KafkaSettings kafka;

    public EnrichedTopic(KafkaSettings kafka) {
        this.kafka = kafka;
    }

    /**
     * Checks that an event can keep its partition's number, its event time as the record's timestamp, and its record.
     *
     * @param maxAhead how far an event may be ahead of its raw record
     * @throws IllegalStateException naming the topic, the setting and the remedy
     */
    public void requireFit(Duration maxAhead) {
        try (KafkaAdmin admin = KafkaAdmin.of(kafka)) {
            requirePartitions(admin.partitions(ALL));
            Map<String, Config> settings = admin.settings(ALL);
            settings.forEach(EnrichedTopic::requireNotCompacted);
            Config raw = of(settings, Topics.RAW);
            Config enriched = of(settings, Topics.ENRICHED);
            requireEventTimes(enriched);
            requireAtLeast(
                    Topics.ENRICHED,
                    TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
                    number(enriched, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG),
                    furthestAhead(raw, maxAhead),
                    "records carry their event time, which may be that far ahead");
            requireRoom(enriched, of(settings, Topics.REJECTED));
        }
    }

    private void requirePartitions(Map<String, Integer> partitions) {
        for (String topic : ALL) {
            if (!partitions.containsKey(topic)) {
                throw new IllegalStateException("%s has no topic %s; make it".formatted(kafka, topic));
            }
        }
        int raw = partitions.getOrDefault(Topics.RAW, 0);
        int enriched = partitions.getOrDefault(Topics.ENRICHED, 0);
        if (raw != enriched) {
            throw new IllegalStateException(
                    "%s has %d partitions and %s has %d; they need as many, since an event keeps its partition's number"
                            .formatted(Topics.RAW, raw, Topics.ENRICHED, enriched));
        }
    }

    private static void requireNotCompacted(String topic, Config settings) {
        String policy = value(settings, TopicConfig.CLEANUP_POLICY_CONFIG).orElse("");
        if (policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw unfit(
                    topic,
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    policy,
                    TopicConfig.CLEANUP_POLICY_DELETE,
                    "compaction deletes events that share a key");
        }
    }

    private static void requireEventTimes(Config enriched) {
        String type = value(enriched, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG).orElse("");
        if (!type.equals(CREATE_TIME)) {
            throw unfit(
                    Topics.ENRICHED,
                    TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                    type,
                    CREATE_TIME,
                    "records carry their event time there");
        }
        for (String limit : List.of(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, DIFFERENCE_MAX)) {
            requireAtLeast(
                    Topics.ENRICHED,
                    limit,
                    number(enriched, limit),
                    Long.MAX_VALUE,
                    "records carry their event time, and imported ones are old");
        }
        long retention = number(enriched, TopicConfig.RETENTION_MS_CONFIG);
        if (retention >= 0 && retention != Long.MAX_VALUE) {
            throw unfit(
                    Topics.ENRICHED,
                    TopicConfig.RETENTION_MS_CONFIG,
                    Long.toString(retention),
                    "-1 and limit it by " + TopicConfig.RETENTION_BYTES_CONFIG,
                    "records carry their event time, so that old events would be deleted before they are counted");
        }
    }

    /** By how many milliseconds an event can be ahead of the broker's clock. */
    private static long furthestAhead(Config raw, Duration maxAhead) {
        long ahead = maxAhead.plus(CLOCKS_APART).toMillis();
        if (!value(raw, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG).orElse("").equals(CREATE_TIME)) {
            return ahead;
        }
        long ofRaw =
                Math.min(number(raw, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG), number(raw, DIFFERENCE_MAX));
        return ofRaw > Long.MAX_VALUE - ahead ? Long.MAX_VALUE : ofRaw + ahead;
    }

    private static void requireRoom(Config enriched, Config rejected) {
        requireAtLeast(
                Topics.ENRICHED,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                number(enriched, TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
                LARGEST_EVENT_BYTES,
                "an event may be that large");
        requireAtLeast(
                Topics.REJECTED,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                number(rejected, TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
                LARGEST_REJECTED_BYTES,
                "it takes the largest key, value and headers of a rejected record");
    }

    private static void requireAtLeast(String topic, String setting, long value, long least, String reason) {
        if (value < least) {
            throw unfit(topic, setting, Long.toString(value), "at least " + least, reason);
        }
    }

    private static IllegalStateException unfit(
            String topic, String setting, String value, String remedy, String reason) {
        return new IllegalStateException(
                "%s has %s=%s; set it to %s, since %s".formatted(topic, setting, value, remedy, reason));
    }

    /** A setting that is a number; one that the broker does not know limits nothing. */
    static long number(Config settings, String name) {
        return value(settings, name).map(Long::parseLong).orElse(Long.MAX_VALUE);
    }

    static Config of(Map<String, Config> settings, String topic) {
        return requireNonNull(settings.get(topic), topic);
    }

    private static Optional<String> value(Config settings, String name) {
        return Optional.ofNullable(settings.get(name)).map(ConfigEntry::value);
    }
}
