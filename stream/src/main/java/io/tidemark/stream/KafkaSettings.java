package io.tidemark.stream;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Where Kafka is, and how its clients are set up.
 *
 * @param bootstrapServers {@code host:port}, comma-separated
 * @param clientProperties further settings of every client, such as {@code security.protocol}; may hold secrets
 */
public record KafkaSettings(String bootstrapServers, Map<String, String> clientProperties) implements Serializable {
    public KafkaSettings {
        requireNonNull(bootstrapServers, "bootstrapServers is null");
        clientProperties = new TreeMap<>(clientProperties);
    }

    public static KafkaSettings of(String bootstrapServers) {
        return new KafkaSettings(bootstrapServers, Map.of());
    }

    /** All settings as a Kafka client takes them. */
    public Properties toProperties() {
        Properties properties = new Properties();
        properties.putAll(clientProperties);
        properties.setProperty("bootstrap.servers", bootstrapServers);
        return properties;
    }

    /** Without the client properties, which may hold secrets. */
    @Override
    public String toString() {
        return "Kafka at " + bootstrapServers;
    }
}
