package io.tidemark.collect.intake;

import java.util.Set;
import org.apache.kafka.clients.producer.Producer;

/** The topic as an intake sees it. */
interface KafkaSide {
    /** A producer that never gives up on a record that it has taken, and waits for no more than a moment to take one. */
    Producer<byte[], byte[]> producer();

    /**
     * Reads what the topic has since a moment. Blocks, at most some seconds if Kafka is away.
     *
     * @param fromMillis of the records' timestamps, milliseconds since the epoch
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer
     */
    Tail tail(long fromMillis) throws InterruptedException;

    /**
     * What there is.
     *
     * @param partitions how many the topic has
     * @param ids of the events
     */
    record Tail(int partitions, Set<String> ids) {
        public Tail {
            ids = Set.copyOf(ids);
        }
    }
}
