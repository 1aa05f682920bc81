package io.tidemark.bench.run;

import io.tidemark.bench.input.Oracle;
import io.tidemark.bench.input.Oracle.HitKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * The topics into which a contender without a database writes: the newest record of a key counts. Keys are the window's
 * start in milliseconds, the host, and in the second topic the referrer, with line feeds between.
 */
final class ResultTopics {
    /** Of counts by host. */
    static final String BY_HOST = "bench-by-host";

    /** Of counts by host and referrer. */
    static final String BY_HOST_AND_REFERRER = "bench-by-host-and-referrer";

    private static final Duration POLL = Duration.ofMillis(200);

    private final String bootstrap;

    ResultTopics(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /** What is wrong with the counts; empty if nothing is. */
    String faultOfCounts(Oracle oracle) {
        String byHost = Tables.difference(BY_HOST, oracle.byHost(), counts(BY_HOST));
        return byHost.isEmpty()
                ? Tables.difference(BY_HOST_AND_REFERRER, oracle.byHostAndReferrer(), counts(BY_HOST_AND_REFERRER))
                : byHost;
    }

    private Map<HitKey, Long> counts(String topic) {
        Map<HitKey, Long> counts = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            consumer.partitionsFor(topic).forEach(each -> partitions.add(new TopicPartition(topic, each.partition())));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                for (ConsumerRecord<String, String> read : consumer.poll(POLL)) {
                    String[] parts = read.key().split("\n", -1);
                    counts.put(
                            new HitKey(Long.parseLong(parts[0]), parts[1], parts.length > 2 ? parts[2] : ""),
                            Long.parseLong(read.value()));
                }
            }
        }
        return counts;
    }
}
