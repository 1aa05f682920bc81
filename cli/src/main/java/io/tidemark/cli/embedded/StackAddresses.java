package io.tidemark.cli.embedded;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a running stack is reached; the content of {@code stack.json}. It holds no secret, but the names of the files that
 * do.
 *
 * @param pid process that holds the stack
 * @param bootstrap Kafka, as {@code host:port}
 * @param externalKafka whether Kafka is a server of the user's own
 * @param kafkaConfig file with settings of Kafka's clients, if there is one
 * @param kafkaProperties other settings of Kafka's clients
 * @param jdbcUrl of the database with the results, without a password
 * @param externalPostgres whether the database is on a server of the user's own
 * @param postgresUser its user
 * @param postgresPasswordFile file with the user's password, if there is one
 * @param flink REST endpoint and page, as {@code host:port}
 * @param startedAt ISO-8601, UTC
 */
public record StackAddresses(
        long pid,
        String bootstrap,
        boolean externalKafka,
        @Nullable String kafkaConfig,
        Map<String, String> kafkaProperties,
        String jdbcUrl,
        boolean externalPostgres,
        String postgresUser,
        @Nullable String postgresPasswordFile,
        String flink,
        String startedAt) {
    public StackAddresses {
        requireNonNull(bootstrap, "bootstrap is null");
        kafkaProperties = new TreeMap<>(kafkaProperties);
        requireNonNull(jdbcUrl, "jdbcUrl is null");
        requireNonNull(postgresUser, "postgresUser is null");
        requireNonNull(flink, "flink is null");
        requireNonNull(startedAt, "startedAt is null");
    }

    /** Of a stack all of whose servers are Tidemark's own, on this machine. */
    public static StackAddresses ofOwnServers(
            long pid,
            String bootstrap,
            String jdbcUrl,
            String postgresUser,
            Path postgresPasswordFile,
            String flink,
            String startedAt) {
        return new StackAddresses(
                pid,
                bootstrap,
                false,
                null,
                Map.of(),
                jdbcUrl,
                false,
                postgresUser,
                postgresPasswordFile.toString(),
                flink,
                startedAt);
    }

    /** Flink's page and REST endpoint. */
    @JsonIgnore
    public URI flinkPage() {
        return URI.create("http://" + flink);
    }

    /** The database as {@code psql} and most libraries take it. */
    @JsonIgnore
    public String postgresUrl() {
        return jdbcUrl.replaceFirst("^jdbc:", "") + (jdbcUrl.contains("?") ? "&" : "?") + "user=" + postgresUser;
    }

    /** The database with the results, and the password if a file holds it. */
    @JsonIgnore
    public StoreConfig store() {
        return new StoreConfig(
                jdbcUrl, postgresUser, postgresPasswordFile == null ? "" : readPassword(Path.of(postgresPasswordFile)));
    }

    /** The password in a file, without the end of its line. */
    public static String readPassword(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            String reason = e instanceof java.nio.file.NoSuchFileException ? "there is no such file" : e.toString();
            throw new StackException("Cannot read the password of Postgres from %s (%s)".formatted(file, reason), e);
        }
    }
}
