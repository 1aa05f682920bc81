package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what tables with visitors hold of a window. Not thread-safe. */
public final class StoredGroups implements AutoCloseable {
    private static final int ROWS_AT_ONCE = 10_000;
    private final Connection connection;

    /**
     * Connects.
     *
     * @throws StoreException if Postgres does not answer
     */
    public StoredGroups(StoreConfig config) {
        try {
            this.connection =
                    config.connections("recompute-read", Duration.ZERO).open();
        } catch (SQLException e) {
            throw new StoreException("Cannot connect to read windows: " + e.getMessage(), e);
        }
    }

    /**
     * A row.
     *
     * @param sketch of the visitors; null if none is known
     */
    // Bytes as they are stored; never compared.
    @SuppressWarnings("ArrayRecordComponent")
    public record Stored(long hits, long visitors, byte @Nullable [] sketch) {}

    /** The rows of a window by their keys, see {@link Aggregate#SEPARATOR}; of a table that has visitors. */
    public Map<String, Stored> ofWindow(RecomputedTable table, long windowStartMillis) {
        String sql = "select num_hits, visitors, visitors_sketch, %s from %s where event_hour = %s"
                .formatted(String.join(", ", table.dimensions()), Sql.quoted(table.table()), Sql.TIMESTAMP);
        Map<String, Stored> found = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setFetchSize(ROWS_AT_ONCE);
            select.setLong(1, windowStartMillis);
            try (ResultSet row = select.executeQuery()) {
                String[] texts = new String[table.dimensions().size()];
                while (row.next()) {
                    for (int i = 0; i < texts.length; i++) {
                        texts[i] = requireNonNull(row.getString(4 + i));
                    }
                    found.put(
                            ForgottenHits.key(texts, texts.length),
                            new Stored(row.getLong(1), row.getLong(2), row.getBytes(3)));
                }
            }
            // Each window as it is by then: no snapshot is held meanwhile.
            connection.commit();
            return found;
        } catch (SQLException e) {
            throw new StoreException("Cannot read windows of " + table.table() + ": " + e.getMessage(), e);
        }
    }

    /** Ends the connection. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException("Cannot close the connection that read windows: " + e.getMessage(), e);
        }
    }
}
