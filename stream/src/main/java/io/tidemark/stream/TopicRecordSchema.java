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
import org.apache.kafka.common.header.Header;

/** Reads records as they come, with the id of their topic, which is asked for each time a task starts. */
public final class TopicRecordSchema implements KafkaRecordDeserializationSchema<TopicRecord> {
    private static final long serialVersionUID = 1L;

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
        try (Admin admin = Admin.create(kafka.toProperties())) {
            Uuid id = describe(admin, topic).topicId();
            topicIdHigh = id.getMostSignificantBits();
            topicIdLow = id.getLeastSignificantBits();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Cannot find the id of topic " + topic + " in " + kafka, e);
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
