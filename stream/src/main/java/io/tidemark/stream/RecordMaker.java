package io.tidemark.stream;

import java.io.Serializable;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Makes Kafka's records of a job's. */
@FunctionalInterface
public interface RecordMaker<T> extends Serializable {
    ProducerRecord<byte[], byte[]> toRecord(T element);
}
