package io.tidemark.cli.audit;

import io.tidemark.cli.audit.PartitionReport.Bounds;
import io.tidemark.model.Topics;
import io.tidemark.store.AuditOffsets.Range;
import io.tidemark.store.AuditSnapshot.Partition;
import io.tidemark.stream.KafkaSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** What Kafka holds. The topics are read once, and on from there with each look. Not thread-safe. */
final class KafkaSide implements AutoCloseable {
    private static final String ANSWER_WITHIN_MS = "15000";

    private final KafkaSettings kafka;
    private final boolean deep;
    private final Admin admin;
    private @Nullable TopicReader rejectedReader;
    private @Nullable TopicReader secondReader;
    private RejectedTopic rejected = new RejectedTopic();
    private SecondTopicScan second = new SecondTopicScan();
    private @Nullable GapReader gaps;

    KafkaSide(KafkaSettings kafka, boolean deep) {
        this.kafka = kafka;
        this.deep = deep;
        try {
            this.admin = Admin.create(properties(kafka));
        } catch (KafkaException e) {
            throw away(e);
        }
    }

    /** So that Kafka being away is told in seconds; what the user sets goes before. */
    static Properties properties(KafkaSettings kafka) {
        Properties properties = kafka.toProperties();
        properties.putIfAbsent("default.api.timeout.ms", ANSWER_WITHIN_MS);
        properties.putIfAbsent("request.timeout.ms", "10000");
        return properties;
    }

    /**
     * What Kafka holds now.
     *
     * @param raw of each partition of the topic that there is
     * @param secondId of the topic of that name
     * @param rejectedWhole whether nothing was deleted of the rejected topic
     * @param secondWhole whether nothing was deleted of the second topic
     * @param second null unless it was read
     */
    record View(
            UUID rawId,
            UUID secondId,
            SortedMap<Integer, Bounds> raw,
            RejectedTopic rejected,
            boolean rejectedWhole,
            @Nullable SecondTopicScan second,
            boolean secondWhole) {}

    View look() throws InterruptedException {
        try {
            Map<String, TopicDescription> topics = describe();
            TopicReader rejects = reader(rejectedReader, topics, Topics.REJECTED);
            if (rejects != rejectedReader) {
                rejectedReader = rejects;
                rejected = new RejectedTopic();
            }
            rejects.readOn(rejected::add);
            boolean secondWhole = false;
            if (deep) {
                TopicReader events = reader(secondReader, topics, Topics.ENRICHED);
                if (events != secondReader) {
                    secondReader = events;
                    second = new SecondTopicScan();
                }
                events.readOn(second::add);
                secondWhole = events.isWhole();
            }
            return new View(
                    id(topics, Topics.RAW),
                    id(topics, Topics.ENRICHED),
                    bounds(topics),
                    rejected,
                    rejects.isWhole(),
                    deep ? second : null,
                    secondWhole);
        } catch (ExecutionException | KafkaException e) {
            throw away(e);
        }
    }

    /** The same reader unless the topic was made anew. */
    private TopicReader reader(@Nullable TopicReader reader, Map<String, TopicDescription> topics, String topic) {
        UUID id = id(topics, topic);
        if (reader != null && reader.topicId().equals(id)) {
            return reader;
        }
        if (reader != null) {
            reader.close();
        }
        return new TopicReader(kafka, topic, id, of(topics, topic).partitions().size());
    }

    private Map<String, TopicDescription> describe() throws ExecutionException, InterruptedException {
        Map<String, TopicDescription> topics = new HashMap<>();
        for (String topic : List.of(Topics.RAW, Topics.ENRICHED, Topics.REJECTED)) {
            try {
                topics.putAll(
                        admin.describeTopics(List.of(topic)).allTopicNames().get());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                    throw new AuditException(
                            "There is no topic %s in %s; 'tidemark up' makes it".formatted(topic, kafka), e);
                }
                throw e;
            }
        }
        return topics;
    }

    private static TopicDescription of(Map<String, TopicDescription> topics, String topic) {
        return java.util.Objects.requireNonNull(topics.get(topic), topic);
    }

    private static UUID id(Map<String, TopicDescription> topics, String topic) {
        TopicDescription found = of(topics, topic);
        return new UUID(
                found.topicId().getMostSignificantBits(), found.topicId().getLeastSignificantBits());
    }

    private SortedMap<Integer, Bounds> bounds(Map<String, TopicDescription> topics)
            throws ExecutionException, InterruptedException {
        List<TopicPartition> partitions = of(topics, Topics.RAW).partitions().stream()
                .map(partition -> new TopicPartition(Topics.RAW, partition.partition()))
                .toList();
        Map<TopicPartition, Long> earliest = offsets(partitions, OffsetSpec.earliest());
        Map<TopicPartition, Long> ends = offsets(partitions, OffsetSpec.latest());
        SortedMap<Integer, Bounds> bounds = new TreeMap<>();
        for (TopicPartition partition : partitions) {
            bounds.put(
                    partition.partition(),
                    new Bounds(earliest.getOrDefault(partition, 0L), ends.getOrDefault(partition, 0L)));
        }
        return bounds;
    }

    private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec which)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> question = new HashMap<>();
        partitions.forEach(partition -> question.put(partition, which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (Map.Entry<TopicPartition, ListOffsetsResultInfo> answer :
                admin.listOffsets(question).all().get().entrySet()) {
            offsets.put(answer.getKey(), answer.getValue().offset());
        }
        return offsets;
    }

    /** Those of the ranges of offsets in which Kafka holds a record. */
    List<Range> withRecords(Partition partition, List<Range> ranges, Bounds bounds) {
        if (ranges.isEmpty()) {
            return ranges;
        }
        try {
            GapReader reader = gaps;
            if (reader == null) {
                reader = new GapReader(kafka);
                gaps = reader;
            }
            List<Range> found = new ArrayList<>();
            for (Range range : ranges) {
                if (reader.holdsRecord(partition, range, bounds)) {
                    found.add(range);
                }
            }
            return found;
        } catch (KafkaException e) {
            throw away(e);
        }
    }

    private AuditException away(Exception e) {
        Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        return new AuditException(
                "Cannot read the topics of %s (%s); is it running?".formatted(kafka, reason(cause)), e);
    }

    private static String reason(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }

    @Override
    public void close() {
        for (AutoCloseable each : java.util.Arrays.asList(rejectedReader, secondReader, gaps)) {
            if (each instanceof TopicReader reader) {
                reader.close();
            } else if (each instanceof GapReader reader) {
                reader.close();
            }
        }
        admin.close();
    }
}
