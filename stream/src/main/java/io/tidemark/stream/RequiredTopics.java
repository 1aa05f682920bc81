package io.tidemark.stream;

import io.tidemark.model.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics that the jobs work with, made where they are missing, with the settings that they need. */
public final class RequiredTopics {
    private static final String ROOM_FOR_REJECTED = Integer.toString(8 * 1024 * 1024);
    private static final String UNLIMITED = Long.toString(Long.MAX_VALUE);
    private static final List<String> ALL = List.of(Topics.RAW, Topics.ENRICHED, Topics.REJECTED);

    /** How often it is looked whether all of a cluster's brokers know a new topic, and how long in between. */
    private static final int LOOKS = 50;

    private static final long LOOK_MILLIS = 100;

    private final KafkaSettings kafka;

    public RequiredTopics(KafkaSettings kafka) {
        this.kafka = kafka;
    }

    /**
     * Makes the topics that do not exist yet; leaves the others as they are.
     *
     * @param partitions of the raw and the enriched topic; if one of them exists, the other gets as many as it has
     * @param replication empty for the broker's default
     * @return names of the topics made
     * @throws IllegalStateException if Kafka does not answer, or does not allow it: tells which topics to make then
     */
    public List<String> create(int partitions, Optional<Short> replication) {
        try (KafkaAdmin admin = KafkaAdmin.of(kafka)) {
            Map<String, Integer> existing = admin.partitions(ALL);
            int shared = existing.getOrDefault(Topics.RAW, existing.getOrDefault(Topics.ENRICHED, partitions));
            List<NewTopic> missing = ALL.stream()
                    .filter(name -> !existing.containsKey(name))
                    .map(name -> new NewTopic(name, Optional.of(name.equals(Topics.REJECTED) ? 1 : shared), replication)
                            .configs(settings(name)))
                    .toList();
            List<String> made = new ArrayList<>();
            for (NewTopic topic : missing) {
                Optional<Throwable> refusal = admin.create(topic);
                if (refusal.isEmpty()) {
                    made.add(topic.name());
                } else if (!(refusal.get() instanceof TopicExistsException)) {
                    throw refused(refusal.get(), missing.subList(missing.indexOf(topic), missing.size()));
                }
            }
            if (!missing.isEmpty()) {
                awaitKnown(admin);
            }
            return List.copyOf(made);
        }
    }

    private static Map<String, String> settings(String topic) {
        Map<String, String> settings = new TreeMap<>();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        // Kept for good: records are stamped with event times, so that a time limit would delete old imports at once.
        settings.put(TopicConfig.RETENTION_MS_CONFIG, "-1");
        switch (topic) {
            case Topics.RAW ->
                // Events are judged by when they came: that is the broker's to say.
                settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
            case Topics.ENRICHED -> {
                settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
                settings.put(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, UNLIMITED);
                settings.put(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, UNLIMITED);
            }
            default ->
                // Room for the largest raw record and the headers that say what is wrong with it.
                settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, ROOM_FOR_REJECTED);
        }
        return settings;
    }

    private IllegalStateException refused(Throwable reason, List<NewTopic> missing) {
        String hint = reason instanceof InvalidReplicationFactorException
                ? "give a factor that its brokers allow (--replication), or make "
                : "have made, with as many replicas as you like: ";
        return new IllegalStateException(
                "%s makes no topic %s (%s); %s%s"
                        .formatted(
                                kafka,
                                missing.get(0).name(),
                                KafkaAdmin.rootMessage(reason),
                                hint,
                                missing.stream().map(RequiredTopics::described).collect(Collectors.joining("; "))),
                reason);
    }

    private static String described(NewTopic topic) {
        String settings = new TreeMap<>(topic.configs())
                .entrySet().stream().map(Object::toString).collect(Collectors.joining(", "));
        return "%s with %d partition%s and %s"
                .formatted(topic.name(), topic.numPartitions(), topic.numPartitions() == 1 ? "" : "s", settings);
    }

    /** Other brokers of a cluster learn of a new topic a little later than the one that made it. */
    private void awaitKnown(KafkaAdmin admin) {
        for (int look = 0; look < LOOKS; look++) {
            if (admin.partitions(ALL).size() == ALL.size()) {
                return;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while topics were made in " + kafka, e);
            }
        }
        throw new IllegalStateException("%s made the topics, but does not know them after %d s; try again"
                .formatted(kafka, LOOKS * LOOK_MILLIS / 1000));
    }

    /**
     * Whether a topic exists.
     *
     * @throws IllegalStateException if Kafka does not answer, or does not allow to look
     */
    public boolean has(String topic) {
        try (KafkaAdmin admin = KafkaAdmin.of(kafka)) {
            return admin.partitions(List.of(topic)).containsKey(topic);
        }
    }
}
