package io.tidemark.stream;

import io.tidemark.model.Topics;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/** How the jobs read from and write to Kafka. */
public final class KafkaEnds {
    private static final String MAX_REQUEST_BYTES = Integer.toString(8 * 1024 * 1024);

    /** Filled while Kafka is away, by each subtask, on the heap of a TaskManager. */
    private static final int BUFFER_BYTES = 32 * 1024 * 1024;

    private static final int BUFFER_BYTES_FOR_REJECTED = 16 * 1024 * 1024;

    private final KafkaSettings kafka;

    public KafkaEnds(KafkaSettings kafka) {
        this.kafka = kafka;
    }

    /**
     * A topic's records, each partition in order.
     *
     * @param bounded whether to end at what is newest when the job starts
     */
    // The connector takes no other type yet than the one that Kafka has deprecated.
    @SuppressWarnings("deprecation")
    public KafkaSource<TopicRecord> source(String topic, String groupId, StartOffsets start, boolean bounded) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        start.byPartition().forEach((partition, offset) -> offsets.put(new TopicPartition(topic, partition), offset));
        KafkaSourceBuilder<TopicRecord> source = KafkaSource.<TopicRecord>builder()
                .setTopics(topic)
                .setGroupId(groupId)
                .setProperties(kafka.toProperties())
                .setProperty("max.poll.records", "5000")
                .setProperty("max.partition.fetch.bytes", Integer.toString(4 * 1024 * 1024))
                // Partitions are found when a job starts; to look again would fail it whenever Kafka is away.
                .setProperty("partition.discovery.interval.ms", "-1")
                // Where a position is gone, deleted by retention, the job says so: to read on elsewhere would pass over
                // events.
                .setStartingOffsets(OffsetsInitializer.offsets(offsets, OffsetResetStrategy.NONE))
                .setDeserializer(new TopicRecordSchema(kafka, topic));
        if (bounded) {
            source.setBounded(OffsetsInitializer.latest());
        }
        return source.build();
    }

    /**
     * An idempotent producer that has everything acknowledged before a checkpoint completes. Not transactional: readers
     * drop what they have seen by its coordinates.
     */
    public <T> KafkaSink<T> sink(KafkaRecordSerializationSchema<T> serializer) {
        return sink(serializer, BUFFER_BYTES);
    }

    private <T> KafkaSink<T> sink(KafkaRecordSerializationSchema<T> serializer, int bufferBytes) {
        return KafkaSink.<T>builder()
                .setKafkaProducerConfig(kafka.toProperties())
                .setProperty("acks", "all")
                .setProperty("enable.idempotence", "true")
                .setProperty("compression.type", "lz4")
                // A batch that expires is skipped and the next one sent: a gap that a successor cannot fill in order.
                .setProperty("delivery.timeout.ms", Integer.toString(Integer.MAX_VALUE))
                .setProperty("retries", Integer.toString(Integer.MAX_VALUE))
                // While Kafka is away the job waits: backpressure, not a failure.
                .setProperty("max.block.ms", Integer.toString(Integer.MAX_VALUE))
                .setProperty("linger.ms", "20")
                .setProperty("batch.size", Integer.toString(256 * 1024))
                .setProperty("buffer.memory", Integer.toString(bufferBytes))
                .setProperty("max.request.size", MAX_REQUEST_BYTES)
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(serializer)
                .build();
    }

    /** Sends rejected records to {@link Topics#REJECTED}. */
    public void sinkRejected(DataStream<Rejected> rejected) {
        rejected.sinkTo(sink(new RejectedSerializer(), BUFFER_BYTES_FOR_REJECTED))
                .uid("rejected")
                .name(Topics.REJECTED);
    }
}
