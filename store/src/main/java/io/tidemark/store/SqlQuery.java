package io.tidemark.store;

import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Runs a user's query, read-only, with timestamps shown in UTC. One query at a time; a semicolon at its end is allowed. The
 * query runs when a method is called, on a connection of its own, and is not tried again.
 */
public final class SqlQuery {
    private static final int ROWS_PER_CHUNK = 1_000;
    private static final String COPY_BEGIN = "copy (\n";
    private static final String COPY_END = "\n) to stdout with (format csv, header)";

    private final ConnectionSource connections;
    private final QueryText query;

    /**
     * @param sql what Postgres runs as a query
     * @throws StoreException if there is none, or more than one
     */
    public SqlQuery(StoreConfig config, String sql) {
        this.connections = config.connections("sql", Duration.ZERO);
        this.query = QueryText.of(sql);
    }

    /** Takes the rows of a query as they come. */
    public interface RowSink {
        /** Called once, first, also if there are no rows. */
        void columns(List<String> names) throws IOException;

        /** Called with up to a thousand rows at a time, each with a value a column, as text, null for NULL. */
        void rows(List<List<@Nullable String>> rows) throws IOException;
    }

    /**
     * Reads the rows, without ever holding all.
     *
     * @return number of rows
     * @throws StoreException if Postgres refuses the query: with its message and the place in the query
     * @throws IOException if the sink throws it
     */
    public long rows(RowSink sink) throws IOException {
        try (Connection connection = readOnly();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.setFetchSize(ROWS_PER_CHUNK);
            if (!statement.execute(query.text())) {
                throw new StoreException("The statement is not a query: it has no rows to show", null);
            }
            try (ResultSet result = statement.getResultSet()) {
                return send(result, sink);
            }
        } catch (SQLException e) {
            throw query.refused(e, 0);
        }
    }

    private static long send(ResultSet result, RowSink sink) throws SQLException, IOException {
        ResultSetMetaData columns = result.getMetaData();
        int width = columns.getColumnCount();
        List<String> names = new ArrayList<>(width);
        for (int column = 1; column <= width; column++) {
            names.add(columns.getColumnLabel(column));
        }
        sink.columns(names);
        long count = 0;
        List<List<@Nullable String>> chunk = new ArrayList<>(ROWS_PER_CHUNK);
        while (result.next()) {
            List<@Nullable String> row = new ArrayList<>(width);
            for (int column = 1; column <= width; column++) {
                row.add(result.getString(column));
            }
            chunk.add(row);
            count++;
            if (chunk.size() == ROWS_PER_CHUNK) {
                sink.rows(chunk);
                chunk = new ArrayList<>(ROWS_PER_CHUNK);
            }
        }
        if (!chunk.isEmpty()) {
            sink.rows(chunk);
        }
        return count;
    }

    /**
     * Writes the result as CSV, UTF-8, with a header, by Postgres' own COPY: NULL is an empty unquoted field, an empty text
     * is {@code ""}. The stream stays open.
     *
     * @return number of rows
     * @throws StoreException if Postgres refuses the query: with its message and the place in the query
     * @throws IOException if the stream throws it
     */
    public long csv(OutputStream out) throws IOException {
        try (Connection connection = readOnly()) {
            return connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut(COPY_BEGIN + query.text() + COPY_END, out);
        } catch (SQLException e) {
            throw query.refused(e, COPY_BEGIN.length());
        }
    }

    private Connection readOnly() throws SQLException {
        Connection connection = connections.open();
        try (Statement statement = connection.createStatement()) {
            statement.execute("set session characteristics as transaction read only");
            statement.execute("set time zone 'UTC'");
            connection.commit();
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
