package io.tidemark.stream;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.SourceCoordinates;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records as they come, with the id of their topic, which is asked for each time a task starts: for as long as it
 * takes, if Kafka is away.
 */
public final class TopicRecordSchema implements KafkaRecordDeserializationSchema<TopicRecord> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(TopicRecordSchema.class);

    private final KafkaSettings kafka;
    private final String topic;
    private transient long topicIdHigh;
    private transient long topicIdLow;

    public TopicRecordSchema(KafkaSettings kafka, String topic) {
        this.kafka = kafka;
        this.topic = topic;
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) throws Exception {
        Uuid id = topicId();
        topicIdHigh = id.getMostSignificantBits();
        topicIdLow = id.getLeastSignificantBits();
    }

    /** Kafka's client pauses between its own attempts, of which each of these has a minute's worth. */
    private Uuid topicId() throws InterruptedException {
        try (Admin admin = Admin.create(kafka.toProperties())) {
            while (true) {
                try {
                    return describe(admin, topic).topicId();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TimeoutException)) {
                        throw new IllegalStateException("Cannot find the id of topic " + topic + " in " + kafka, e);
                    }
                    LOG.warn("Waiting for {} to tell the id of topic {}: {}", kafka, topic, e.getMessage());
                }
            }
        }
    }

    static TopicDescription describe(Admin admin, String topic) throws ExecutionException, InterruptedException {
        Map<String, TopicDescription> found =
                admin.describeTopics(List.of(topic)).allTopicNames().get();
        return requireNonNull(found.get(topic), topic);
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> read, Collector<TopicRecord> out) {
        Header source = read.headers().lastHeader(SourceCoordinates.HEADER);
        out.collect(new TopicRecord(
                new SourceCoordinates(topicIdHigh, topicIdLow, read.partition(), read.offset()),
                read.timestamp(),
                read.key(),
                read.value(),
                source == null ? null : source.value()));
    }

    @Override
    public TypeInformation<TopicRecord> getProducedType() {
        return TypeInformation.of(TopicRecord.class);
    }
}
