package io.tidemark.cli.embedded;

import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The servers of the user's own that a stack works with instead of starting some.
 *
 * @param kafka null to start one; its topics must exist
 * @param kafkaConfig path of the file with settings of Kafka's clients, told to later commands; null if none
 * @param kafkaProperties settings of Kafka's clients that are no secret, told to later commands
 * @param postgres null to start one
 * @param postgresPasswordFile path of the file with the password, told to later commands; null if none
 */
public record External(
        @Nullable KafkaSettings kafka,
        @Nullable String kafkaConfig,
        Map<String, String> kafkaProperties,
        @Nullable StoreConfig postgres,
        @Nullable String postgresPasswordFile) {
    /** Everything is started. */
    public static final External NONE = new External(null, null, Map.of(), null, null);

    public External {
        kafkaProperties = Map.copyOf(kafkaProperties);
    }
}
