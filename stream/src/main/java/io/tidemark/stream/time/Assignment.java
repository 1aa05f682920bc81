package io.tidemark.stream.time;

import io.tidemark.model.SourceCoordinates;
import io.tidemark.stream.TopicRecord;

/**
 * Tells the operators behind a source that its subtask reads a partition from now on. Travels among the records, as one
 * with a timestamp that no record of Kafka has.
 *
 * @param position the offset that is read next; 0 if the first there is
 */
record Assignment(int partition, long position) {
    private static final long NO_TIMESTAMP_OF_KAFKA = Long.MIN_VALUE;

    TopicRecord toRecord() {
        return new TopicRecord(
                new SourceCoordinates(0, 0, partition, position), NO_TIMESTAMP_OF_KAFKA, null, null, null);
    }

    static boolean isOne(TopicRecord record) {
        return record.timestampMillis() == NO_TIMESTAMP_OF_KAFKA;
    }

    static Assignment of(TopicRecord record) {
        return new Assignment(record.position().partition(), record.position().offset());
    }
}
