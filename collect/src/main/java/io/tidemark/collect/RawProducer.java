package io.tidemark.collect;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Opens Kafka producers for the raw topic: nothing lost, nothing twice by a retry, large compressed batches. */
public final class RawProducer {
    private static final Map<String, Object> DEFAULTS = Map.of(
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            true,
            ProducerConfig.COMPRESSION_TYPE_CONFIG,
            "lz4",
            ProducerConfig.BATCH_SIZE_CONFIG,
            256 * 1024,
            ProducerConfig.LINGER_MS_CONFIG,
            20,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            64L * 1024 * 1024);

    private RawProducer() {}

    /**
     * Opens a producer.
     *
     * @param properties settings by the names of {@link ProducerConfig}, at least {@code bootstrap.servers}; they go
     *     before the defaults here
     */
    public static Producer<byte[], byte[]> open(Map<String, ?> properties) {
        return new KafkaProducer<>(settings(properties), new ByteArraySerializer(), new ByteArraySerializer());
    }

    static Map<String, Object> settings(Map<String, ?> properties) {
        Map<String, Object> all = new HashMap<>(DEFAULTS);
        all.putAll(properties);
        return all;
    }
}
