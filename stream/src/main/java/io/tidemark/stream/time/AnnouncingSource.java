package io.tidemark.stream.time;

import io.tidemark.stream.TopicRecord;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A {@link KafkaSource} that announces each partition by an {@link Assignment} before its first record. Flink itself
 * tells nobody of a partition that delivers nothing. All state is that of the Kafka source.
 */
public final class AnnouncingSource
        implements Source<TopicRecord, KafkaPartitionSplit, KafkaSourceEnumState>, ResultTypeQueryable<TopicRecord> {
    private static final long serialVersionUID = 1L;

    private final KafkaSource<TopicRecord> kafka;

    public AnnouncingSource(KafkaSource<TopicRecord> kafka) {
        this.kafka = kafka;
    }

    @Override
    public SourceReader<TopicRecord, KafkaPartitionSplit> createReader(SourceReaderContext context) throws Exception {
        return new AnnouncingReader(kafka.createReader(context));
    }

    @Override
    public Boundedness getBoundedness() {
        return kafka.getBoundedness();
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context) {
        return kafka.createEnumerator(context);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state) throws Exception {
        return kafka.restoreEnumerator(context, state);
    }

    @Override
    public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
        return kafka.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
        return kafka.getEnumeratorCheckpointSerializer();
    }

    @Override
    public TypeInformation<TopicRecord> getProducedType() {
        return kafka.getProducedType();
    }
}
