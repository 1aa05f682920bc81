package io.tidemark.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Writes rows of a rollup to the staging table by COPY, all of them or none. What an attempt wrote that was not the one that counted
 * stays there under its own name, and is not taken over. Not thread-safe.
 */
public final class RollupCopy implements AutoCloseable {
    private static final BitSet NONE_LEFT_OUT = new BitSet();
    private static final int BYTES_AT_ONCE = 4 * 1024 * 1024;

    private final String attempt;
    private final int fields;
    private final String sql;
    private final Connection connection;
    private final CopyBuffer buffer = new CopyBuffer();

    /**
     * Connects, to write rows of a rollup.
     *
     * @param attempt a name that no other attempt has
     * @throws StoreException if Postgres does not answer
     */
    public RollupCopy(StoreConfig config, RollupSource source, String attempt) {
        this(config, RollupTables.STAGING, source, attempt);
    }

    /** As the other one, for a table of that form and another name. */
    public RollupCopy(StoreConfig config, String table, RollupSource source, String attempt) {
        this.attempt = attempt;
        List<String> columns = source.columns();
        this.fields = 2 + columns.size();
        this.sql =
                "copy %s (task, period_ms, %s) from stdin (format binary)".formatted(table, String.join(", ", columns));
        try {
            this.connection = config.connections("rollup-write", Duration.ZERO).open();
            try (Statement settings = connection.createStatement()) {
                // The rows are of use to this run only.
                settings.execute("set synchronous_commit = off");
            }
        } catch (SQLException e) {
            throw new StoreException("Cannot connect to write rollups: " + e.getMessage(), e);
        }
    }

    /**
     * Adds a row.
     *
     * @param dimensions texts in the order of the source's dimensions
     * @param sums in the order of the source's sums
     * @param visitors number of visitors; of no matter if the source has none
     * @param sketch of the visitors; null if none is known
     */
    public void add(long periodStartMillis, String[] dimensions, long[] sums, long visitors, byte @Nullable [] sketch) {
        buffer.row(fields).text(attempt).int8(periodStartMillis);
        for (String each : dimensions) {
            buffer.text(each);
        }
        for (long each : sums) {
            buffer.int8(each);
        }
        if (fields > 2 + dimensions.length + sums.length) {
            buffer.int8(visitors).bytes(sketch);
        }
        if (buffer.size() > BYTES_AT_ONCE) {
            send();
        }
    }

    /** Makes what was added durable enough for the run. */
    public void commit() {
        send();
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new StoreException("Cannot write rollups: " + e.getMessage(), e);
        }
    }

    private void send() {
        if (buffer.rows() == 0) {
            return;
        }
        try {
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
            buffer.writeTo(copy, 0, buffer.rows(), NONE_LEFT_OUT);
            copy.endCopy();
            buffer.clear();
        } catch (SQLException e) {
            throw new StoreException("Cannot write rollups: " + e.getMessage(), e);
        }
    }

    /** Ends the connection, and with it what was not committed. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException("Cannot close the connection that wrote rollups: " + e.getMessage(), e);
        }
    }
}
