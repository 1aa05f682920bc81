package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.SourceCoordinates;

/**
 * An event whose row Postgres refused, though it passed all checks.
 *
 * @param sqlState Postgres' error code
 * @param message Postgres' error message
 */
public record Refused(SourceCoordinates at, String sqlState, String message) {
    public Refused {
        requireNonNull(at, "at is null");
        requireNonNull(sqlState, "sqlState is null");
        requireNonNull(message, "message is null");
    }
}
