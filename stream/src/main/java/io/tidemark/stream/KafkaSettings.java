package io.tidemark.stream;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;

/**
 * Where Kafka is, and how its clients are set up.
 *
 * @param bootstrapServers {@code host:port}, comma-separated
 * @param clientProperties further settings of every client, such as {@code security.protocol}; may hold secrets
 */
public record KafkaSettings(String bootstrapServers, Map<String, String> clientProperties) implements Serializable {
    private static final String VARIABLE_PREFIX = "TIDEMARK_KAFKA_";

    /** What each of Kafka's own clients knows. */
    private static final List<ConfigDef> CLIENTS =
            List.of(ProducerConfig.configDef(), ConsumerConfig.configDef(), AdminClientConfig.configDef());

    /** What counting exactly depends on: the value that it has anyway, or empty where no value can be chosen. */
    private static final Map<String, String> OWN = Map.ofEntries(
            Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
            Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true"),
            Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, ""),
            Map.entry(ProducerConfig.RETRIES_CONFIG, Integer.toString(Integer.MAX_VALUE)),
            Map.entry(ProducerConfig.TRANSACTIONAL_ID_CONFIG, ""),
            Map.entry(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ""),
            Map.entry(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ""),
            Map.entry(ConsumerConfig.GROUP_ID_CONFIG, ""),
            Map.entry(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, ""),
            Map.entry(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, ""),
            Map.entry(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false"),
            Map.entry(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ""),
            Map.entry(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ""));

    public KafkaSettings {
        requireNonNull(bootstrapServers, "bootstrapServers is null");
        if (!bootstrapServers.matches("\\s*[^,\\s]+:[0-9]{1,5}(\\s*,\\s*[^,\\s]+:[0-9]{1,5})*\\s*")) {
            throw new IllegalArgumentException(
                    "Kafka's address must be host:port, or several of them with commas between, e.g. localhost:9092; was \""
                            + bootstrapServers + "\"");
        }
        clientProperties = new TreeMap<>(clientProperties);
        clientProperties.remove(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
        clientProperties.forEach(KafkaSettings::requireOpen);
    }

    public static KafkaSettings of(String bootstrapServers) {
        return new KafkaSettings(bootstrapServers, Map.of());
    }

    /** The environment variable that holds a client's setting: {@code TIDEMARK_KAFKA_SECURITY_PROTOCOL}. */
    public static String variable(String key) {
        return VARIABLE_PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
    }

    /**
     * Settings of clients, by Kafka's names, from an environment's {@link #variable}s.
     *
     * @param others variables that only look like such a setting
     */
    public static Map<String, String> fromEnvironment(Map<String, String> environment, Set<String> others) {
        Map<String, String> found = new TreeMap<>();
        environment.forEach((variable, value) -> {
            if (variable.startsWith(VARIABLE_PREFIX) && !others.contains(variable) && !value.isEmpty()) {
                String key = variable.substring(VARIABLE_PREFIX.length()).toLowerCase(Locale.ROOT);
                found.put(key.replace('_', '.'), value);
            }
        });
        return found;
    }

    /** Whether a setting's value must be seen by nobody: Kafka says so, or its name does, as for a plugin's. */
    public static boolean isSecret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return CLIENTS.stream()
                        .map(client -> client.configKeys().get(lower))
                        .anyMatch(known -> known != null && known.type == ConfigDef.Type.PASSWORD)
                || lower.contains("password")
                || lower.contains("passphrase")
                || lower.contains("secret")
                || lower.endsWith(".key")
                || lower.endsWith("sasl.jaas.config")
                || lower.endsWith("user.info");
    }

    /** Those of the keys that none of Kafka's own clients knows: misspelt, or meant for a plugin. */
    public static Set<String> unknown(Set<String> keys) {
        Set<String> unknown = new TreeSet<>(keys);
        CLIENTS.forEach(client -> unknown.removeAll(client.names()));
        return unknown;
    }

    private static void requireOpen(String key, String value) {
        String own = OWN.get(key);
        if (own != null && !own.equalsIgnoreCase(value)) {
            throw new IllegalArgumentException(
                    "The Kafka setting %s is not open to choice, since counting exactly depends on it; remove it"
                            .formatted(key));
        }
    }

    /** All settings as a Kafka client takes them. */
    public Properties toProperties() {
        Properties properties = new Properties();
        properties.putAll(toMap());
        return properties;
    }

    /** All settings by name. */
    public Map<String, String> toMap() {
        Map<String, String> all = new TreeMap<>(clientProperties);
        all.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return all;
    }

    /** Without the client properties, which may hold secrets. */
    @Override
    public String toString() {
        return "Kafka at " + bootstrapServers;
    }
}
