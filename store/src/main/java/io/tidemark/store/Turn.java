package io.tidemark.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** The turn of a long piece of work of which there is one at a time in a database: a connection that holds a lock as long as it lives. */
final class Turn implements AutoCloseable {
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);
    private static final int VALID_WITHIN_SECONDS = 5;

    private final Connection connection;
    private final String work;

    private Turn(Connection connection, String work) {
        this.connection = connection;
        this.work = work;
    }

    /**
     * Takes it.
     *
     * @param lock number of an advisory lock that nobody else uses in the same database
     * @param work a noun for people, such as {@code rollup}
     * @throws StoreException if another has it, or Postgres does not answer
     */
    static Turn take(StoreConfig config, long lock, String work) {
        try {
            Connection opened =
                    config.connections(work + "-turn", ANSWER_WITHIN).open();
            boolean taken;
            try (Statement take = opened.createStatement();
                    ResultSet row = take.executeQuery("select pg_try_advisory_lock(" + lock + ")")) {
                taken = row.next() && row.getBoolean(1);
            }
            opened.commit();
            if (!taken) {
                opened.close();
                throw new StoreException(
                        "Another %s is under way in this database; try again once it has ended".formatted(work), null);
            }
            return new Turn(opened, work);
        } catch (SQLException e) {
            throw new StoreException("Cannot begin a %s: %s".formatted(work, e.getMessage()), e);
        }
    }

    /** Whether it was not lost; asked within a transaction, it says so of the time up to then. */
    boolean isHeld() throws SQLException {
        if (!connection.isValid(VALID_WITHIN_SECONDS)) {
            return false;
        }
        // Not to rest within a transaction.
        connection.rollback();
        return true;
    }

    /**
     * Fails if the turn was lost; to be called within the transaction that relies on it. A server that crashed has ended all connections and
     * emptied what is not logged, such as tables of what is not swapped yet; and another may have taken the turn.
     */
    void requireHeld() throws SQLException {
        if (!isHeld()) {
            throw new StoreException(
                    "The connection that held the turn of the %s is lost: Postgres may have been restarted. Run it again"
                            .formatted(work),
                    null);
        }
    }

    /** Gives it back. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException("Cannot end the turn of a %s: %s".formatted(work, e.getMessage()), e);
        }
    }
}
