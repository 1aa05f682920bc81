package io.tidemark.stream;

import io.tidemark.model.Topics;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;

/** How the jobs read from and write to Kafka. */
public final class KafkaEnds {
    private static final String FOREVER = Integer.toString(Integer.MAX_VALUE);
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

    /** Sends records to the topic that is their maker's choice. */
    public <T> void send(DataStream<T> records, RecordMaker<T> maker, String topic, String uid) {
        send(records, maker, topic, uid, BUFFER_BYTES);
    }

    /** Sends rejected records to {@link Topics#REJECTED}. */
    public void sendRejected(DataStream<Rejected> rejected) {
        send(rejected, RejectedRecords::toRecord, Topics.REJECTED, "rejected", BUFFER_BYTES_FOR_REJECTED);
    }

    private <T> void send(DataStream<T> records, RecordMaker<T> maker, String topic, String uid, int bufferBytes) {
        records.transform(topic, Types.VOID, new SendRecords<>(producer(bufferBytes), maker))
                .uid(uid);
    }

    /** An idempotent producer, which sends each partition's records in order and gives none up by itself. */
    private Map<String, String> producer(int bufferBytes) {
        Map<String, String> settings = new HashMap<>(kafka.toMap());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        // A batch that expires is skipped and the next one sent: a gap that a successor cannot fill in order.
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, FOREVER);
        settings.put(ProducerConfig.RETRIES_CONFIG, FOREVER);
        // While Kafka is away the job waits: backpressure, not a failure.
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, FOREVER);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, "20");
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(256 * 1024));
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Integer.toString(bufferBytes));
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
        return settings;
    }
}
