package io.tidemark.bench.peers.hazelcastjet;

import com.hazelcast.function.FunctionEx;
import com.hazelcast.jet.core.EventTimePolicy;
import com.hazelcast.jet.core.WatermarkPolicy;
import com.hazelcast.jet.kafka.KafkaProcessors;
import com.hazelcast.jet.pipeline.Sources;
import com.hazelcast.jet.pipeline.StreamSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Jet's source of Kafka records, whose event time leaps ahead once all that was there at the start is read, so that the last
 * windows close: the source itself never ends. One in a process.
 */
final class EndingKafka {
    private static final String INPUT = "process_events_kafka";
    private static final long LEAP_MILLIS = Duration.ofHours(1).toMillis();
    private static final LongAdder READ = new LongAdder();

    private static volatile long expected = Long.MAX_VALUE;
    private static volatile boolean allRead;

    private EndingKafka() {}

    /** The number of records in the topic now; all are to be read. */
    static long expectAllThatIsThere(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            Map<TopicPartition, OffsetSpec> asked =
                    admin.describeTopics(List.of(INPUT)).allTopicNames().get().values().stream()
                            .flatMap(topic -> topic.partitions().stream())
                            .map(each -> new TopicPartition(INPUT, each.partition()))
                            .collect(Collectors.toMap(Function.identity(), each -> OffsetSpec.latest()));
            expected = admin.listOffsets(asked).all().get().values().stream()
                    .mapToLong(end -> end.offset())
                    .sum();
            return expected;
        }
    }

    /** Whether all is read; event time leaps only after somebody has asked. */
    static boolean isAllRead() {
        allRead = READ.sum() >= expected;
        return allRead;
    }

    /** As {@code KafkaSources.kafka} makes it, but for the watermarks at the end. */
    static StreamSource<byte[]> source(Properties kafka) {
        FunctionEx<ConsumerRecord<byte[], byte[]>, byte[]> value = read -> {
            READ.increment();
            return read.value();
        };
        return Sources.streamFromProcessorWithWatermarks(
                "kafka", true, policy -> KafkaProcessors.streamKafkaP(kafka, value, ending(policy), INPUT));
    }

    private static <T> EventTimePolicy<T> ending(EventTimePolicy<T> policy) {
        return EventTimePolicy.eventTimePolicy(
                policy.timestampFn(),
                policy.wrapFn(),
                () -> new Leaping(policy.newWmPolicyFn().get()),
                policy.watermarkThrottlingFrameSize(),
                policy.watermarkThrottlingFrameOffset(),
                policy.idleTimeoutMillis(),
                policy.wmKey());
    }

    /** Of one partition. */
    private static final class Leaping implements WatermarkPolicy {
        private final WatermarkPolicy usual;
        private long newest = Long.MIN_VALUE;

        Leaping(WatermarkPolicy usual) {
            this.usual = usual;
        }

        @Override
        public void reportEvent(long timestamp) {
            newest = Math.max(newest, timestamp);
            usual.reportEvent(timestamp);
        }

        @Override
        public long getCurrentWatermark() {
            return allRead && newest > Long.MIN_VALUE ? newest + LEAP_MILLIS : usual.getCurrentWatermark();
        }
    }
}
