package io.tidemark.bench.peers.kafkastreams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;

/**
 * Windowed counts by host, and by host and referrer, into two topics: what a user of Kafka Streams would write, by the
 * record's own timestamp, which is the event's. Ends once all that was there at the start is committed. Arguments:
 * bootstrap, parallelism, application id, state folder.
 */
public final class WindowedCounts {
    /** Between the parts of a key of the second topic. */
    private static final String BETWEEN = "\n";

    private static final String INPUT = "process_events_kafka";
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private WindowedCounts() {}

    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[2]);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, args[1]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, args[3]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put("auto.offset.reset", "earliest");
        // Seldom enough to let the cache gather counts in between; what waits for a commit at the end waits that long.
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "1000");
        settings.put("producer.transaction.timeout.ms", "60000");
        settings.put("producer.batch.size", Integer.toString(256 * 1024));
        settings.put("consumer.max.poll.records", "5000");
        settings.put("consumer.max.partition.fetch.bytes", Integer.toString(4 * 1024 * 1024));
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, Long.toString(512L * 1024 * 1024));
        settings.put("compression.type", "lz4");
        settings.put("replication.factor", "1");
        try (KafkaStreams streams = new KafkaStreams(topology().build(), settings)) {
            Map<TopicPartition, Long> ends = ends(args[0]);
            streams.start();
            await(args[0], args[2], ends, streams);
        }
    }

    private static StreamsBuilder topology() {
        ObjectMapper json = new ObjectMapper();
        StreamsBuilder builder = new StreamsBuilder();
        // Between its stages partitions mix, and one may be years of a log ahead of the others.
        TimeWindows windows = TimeWindows.ofSizeAndGrace(Duration.ofMinutes(5), Duration.ofDays(36_500));
        KStream<String, String> events = builder.stream(INPUT, Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .map((key, value) -> {
                    JsonNode event = read(json, value);
                    return new KeyValue<>(
                            event.path("host").asText(), event.path("referrer").asText(""));
                });
        count(events.mapValues(referrer -> ""), windows, "by-host");
        count(
                events.map((host, referrer) -> new KeyValue<>(host + BETWEEN + referrer, "")),
                windows,
                "by-host-and-referrer");
        return builder;
    }

    private static void count(KStream<String, String> events, TimeWindows windows, String topic) {
        events.groupByKey(Grouped.with(Serdes.String(), Serdes.String()))
                .windowedBy(windows)
                .count()
                .toStream()
                .map((window, count) ->
                        new KeyValue<>(window.window().start() + BETWEEN + window.key(), Long.toString(count)))
                .to("bench-" + topic, Produced.with(Serdes.String(), Serdes.String()));
    }

    private static JsonNode read(ObjectMapper json, byte[] value) {
        try {
            return json.readTree(value);
        } catch (IOException e) {
            throw new UncheckedIOException("Not JSON: " + new String(value, StandardCharsets.UTF_8), e);
        }
    }

    private static Map<TopicPartition, Long> ends(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
            admin.describeTopics(java.util.List.of(INPUT)).allTopicNames().get().values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .forEach(each -> asked.put(new TopicPartition(INPUT, each.partition()), OffsetSpec.latest()));
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(asked).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        }
    }

    /** Of the input and of the topics between its two stages, all is committed. */
    private static void await(String bootstrap, String group, Map<TopicPartition, Long> input, KafkaStreams streams)
            throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            while (!isDone(admin, committed(admin, group), input)) {
                if (streams.state() == KafkaStreams.State.ERROR) {
                    throw new IllegalStateException("Kafka Streams has failed");
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
            }
        }
    }

    private static Map<TopicPartition, Long> committed(Admin admin, String group) throws Exception {
        Map<TopicPartition, Long> committed = new HashMap<>();
        admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        committed.put(partition, offset.offset());
                    }
                });
        return committed;
    }

    private static boolean isDone(Admin admin, Map<TopicPartition, Long> committed, Map<TopicPartition, Long> input)
            throws Exception {
        if (!input.entrySet().stream().allMatch(end -> committed.getOrDefault(end.getKey(), -1L) >= end.getValue())) {
            return false;
        }
        Map<TopicPartition, OffsetSpec> between = new HashMap<>();
        committed.keySet().stream()
                .filter(each -> !each.topic().equals(INPUT))
                .forEach(each -> between.put(each, OffsetSpec.latest()));
        // A transaction's marker stands behind the last record.
        return !between.isEmpty()
                && admin.listOffsets(between).all().get().entrySet().stream()
                        .allMatch(end -> committed.getOrDefault(end.getKey(), -1L)
                                >= end.getValue().offset() - 1);
    }
}
