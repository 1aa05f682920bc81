package io.tidemark.collect.intake;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.sqlite.SQLiteConfig;

/**
 * Events on disk that Kafka has not acknowledged yet: what {@link #add} has returned from survives a crash of the process and of
 * the machine. A database of SQLite, one writer. Not thread-safe, but for its size.
 */
final class Spool implements AutoCloseable {
    private final Connection connection;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong events = new AtomicLong();

    private Spool(Connection connection) {
        this.connection = connection;
    }

    /**
     * Opens the one in a folder, or makes it.
     *
     * @throws IOException if it cannot be read or written, or another process uses it
     */
    static Spool open(Path folder) throws IOException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        // With a write-ahead log, only FULL has the disk hold a transaction when its commit returns.
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
        Path file = folder.resolve("spool.db");
        try {
            Files.createDirectories(folder);
            Connection connection = config.createConnection("jdbc:sqlite:" + file);
            try (Statement statement = connection.createStatement()) {
                statement.execute("create table if not exists event"
                        + " (id text primary key, received_at integer not null, value blob not null) without rowid");
                connection.setAutoCommit(false);
                Spool spool = new Spool(connection);
                spool.measure(statement);
                return spool;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new IOException("Cannot open the spool " + file + ": " + e.getMessage(), e);
        }
    }

    private void measure(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("select count(*), coalesce(sum(length(value)), 0) from event")) {
            row.next();
            events.set(row.getLong(1));
            bytes.set(row.getLong(2) + NewEvent.OVERHEAD_BYTES * row.getLong(1));
        }
        connection.rollback();
    }

    /** How many events it holds. May be asked by any thread. */
    long events() {
        return events.get();
    }

    /** How much they take, about. May be asked by any thread. */
    long bytes() {
        return bytes.get();
    }

    /** Adds events in one transaction; those that are there already stay as they are. */
    void add(Collection<NewEvent> added) throws IOException {
        long newEvents = 0;
        long newBytes = 0;
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into event (id, received_at, value) values (?, ?, ?) on conflict do nothing")) {
            for (NewEvent each : added) {
                insert.setString(1, each.id());
                insert.setLong(2, each.receivedAtMillis());
                insert.setBytes(3, each.value());
                if (insert.executeUpdate() > 0) {
                    newEvents++;
                    newBytes += each.size();
                }
            }
            connection.commit();
            events.addAndGet(newEvents);
            bytes.addAndGet(newBytes);
        } catch (SQLException e) {
            rollBack(e);
            throw new IOException("Cannot write to the spool: " + e.getMessage(), e);
        }
    }

    /** Removes what is not needed any more; events that are not there are none. */
    void remove(Collection<NewEvent> removed) throws IOException {
        long goneEvents = 0;
        long goneBytes = 0;
        try (PreparedStatement delete = connection.prepareStatement("delete from event where id = ?")) {
            for (NewEvent each : removed) {
                delete.setString(1, each.id());
                if (delete.executeUpdate() > 0) {
                    goneEvents++;
                    goneBytes += each.size();
                }
            }
            connection.commit();
            events.addAndGet(-goneEvents);
            bytes.addAndGet(-goneBytes);
        } catch (SQLException e) {
            rollBack(e);
            throw new IOException("Cannot remove from the spool: " + e.getMessage(), e);
        }
    }

    /** All of it, the oldest first. */
    List<NewEvent> all() throws IOException {
        List<NewEvent> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select id, received_at, value from event order by received_at, id")) {
            while (rows.next()) {
                all.add(new NewEvent(rows.getString(1), rows.getLong(2), rows.getBytes(3)));
            }
            connection.rollback();
            return all;
        } catch (SQLException e) {
            throw new IOException("Cannot read the spool: " + e.getMessage(), e);
        }
    }

    private void rollBack(SQLException cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException("Cannot close the spool: " + e.getMessage(), e);
        }
    }
}
