package io.tidemark.cli.embedded;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.tidemark.store.StoreConfig;
import java.net.URI;

/**
 * Where a running stack is reached; the content of {@code stack.json}.
 *
 * @param pid process that holds the stack
 * @param bootstrap Kafka, as {@code host:port}
 * @param jdbcUrl of the database with the results; no password is asked for
 * @param postgresUser its user
 * @param flink REST endpoint and page, as {@code host:port}
 * @param startedAt ISO-8601, UTC
 */
public record StackAddresses(
        long pid, String bootstrap, String jdbcUrl, String postgresUser, String flink, String startedAt) {
    public StackAddresses {
        requireNonNull(bootstrap, "bootstrap is null");
        requireNonNull(jdbcUrl, "jdbcUrl is null");
        requireNonNull(postgresUser, "postgresUser is null");
        requireNonNull(flink, "flink is null");
        requireNonNull(startedAt, "startedAt is null");
    }

    /** Flink's page and REST endpoint. */
    @JsonIgnore
    public URI flinkPage() {
        return URI.create("http://" + flink);
    }

    /** The database as {@code psql} and most libraries take it. */
    @JsonIgnore
    public String postgresUrl() {
        return jdbcUrl.replaceFirst("^jdbc:", "") + "?user=" + postgresUser;
    }

    /** The database with the results. */
    @JsonIgnore
    public StoreConfig store() {
        return new StoreConfig(jdbcUrl, postgresUser, "");
    }
}
