package io.tidemark.bench.run;

import io.tidemark.bench.input.EventSource;
import io.tidemark.bench.input.Workload;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.store.EventWriter;
import io.tidemark.store.StoreConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** Rows of {@code processed_events} from the days before a benchmark, as if Tidemark had been running for long. */
final class StoredRows {
    private static final int ROWS_AN_HOUR = 100_000;
    private static final UUID FORMER_TOPIC = new UUID(0, 2);

    /** Condition for all other rows, by the index on time. */
    private static final String OTHERS =
            "event_timestamp >= timestamptz '%s' - interval '1 hour'".formatted(EventSource.START);

    private final StoreConfig store;
    private final long rows;

    /** @param rows a multiple of 100,000, or so many more as it takes to be one */
    StoredRows(StoreConfig store, long rows) {
        this.store = store;
        this.rows = rows;
    }

    /** A query's condition for the other rows of that table; empty if there are only such. */
    String others(String table) {
        return rows > 0 && table.equals("processed_events") ? "where " + OTHERS : "";
    }

    /** Empties {@code processed_events} but for these rows, which are written if they are not there yet. */
    void leave() throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute("create table if not exists bench_stored_rows (number bigint)");
            if (rows > 0 && number(statement) == rows) {
                statement.execute("delete from processed_events where " + OTHERS);
                // Else it would be done during a run.
                statement.execute("vacuum (analyze) processed_events");
            } else {
                statement.execute("truncate processed_events, bench_stored_rows");
                if (rows > 0) {
                    write();
                    statement.execute("insert into bench_stored_rows values (" + rows + ")");
                }
            }
        }
    }

    private static long number(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("select coalesce(sum(number), 0) from bench_stored_rows")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Oldest first: one hour by Tidemark's own writer, which PostgreSQL then repeats for the hours before it. */
    private void write() throws SQLException {
        writeAnHour();
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute("create temporary table an_hour as select * from processed_events");
            statement.execute("truncate processed_events, ingest_ledger");
            statement.execute("""
                    do $$
                    declare
                        columns text;
                    begin
                        select string_agg(
                                case column_name when 'event_timestamp' then 'event_timestamp - $1 * interval ''1 hour'''
                                    else column_name end, ', ' order by ordinal_position)
                            into columns from information_schema.columns where table_name = 'processed_events';
                        for day in 0..(24 + %1$d) / 24 + 1 loop
                            execute format('create table if not exists bench_%%s partition of processed_events for values from (%%L) to (%%L)',
                                day, timestamptz '%2$s' - (day + 1) * interval '1 day', timestamptz '%2$s' - day * interval '1 day');
                        end loop;
                        for hour in reverse %1$d..1 loop
                            execute 'insert into processed_events select ' || columns || ' from an_hour' using 24 + hour;
                        end loop;
                    end $$""".formatted(
                            (rows + ROWS_AN_HOUR - 1) / ROWS_AN_HOUR, EventSource.START.truncatedTo(ChronoUnit.DAYS)));
            // Of rows that have been there for days, this is long done.
            statement.execute("vacuum (analyze) processed_events");
        }
    }

    private void writeAnHour() throws SQLException {
        EventSource source = new EventSource(Workload.hour(1, ROWS_AN_HOUR).withPartitions(1), 0);
        try (EventWriter writer = new EventWriter(store)) {
            for (long offset = 0; source.hasNext(); offset++) {
                writer.add(source.nextEnriched(), new SourceCoordinates(FORMER_TOPIC, 0, offset));
                if (writer.isFull()) {
                    writer.flush();
                }
            }
            writer.flush();
        }
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
    }
}
