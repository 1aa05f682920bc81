package io.tidemark.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, opened when first needed and again after it broke, and the rule by which a transaction is tried again.
 * Not thread-safe.
 */
final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final int ATTEMPTS = 8;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** Serialization failure and deadlock: Postgres rolled back for the sake of another, the same again may pass. */
    private static final Set<String> TRY_AGAIN = Set.of("40001", "40P01");

    /** Postgres shuts down, crashed, starts up, or has no room for a connection. */
    private static final Set<String> AWAY = Set.of("57P01", "57P02", "57P03", "53300");

    private static final String CONNECTION_EXCEPTION = "08";

    private final ConnectionSource source;
    private final Sleeper sleeper;
    private @Nullable Connection connection;

    Session(ConnectionSource source) {
        this(source, pause -> Thread.sleep(pause.toMillis()));
    }

    Session(ConnectionSource source, Sleeper sleeper) {
        this.source = source;
        this.sleeper = sleeper;
    }

    /** Waits between attempts. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration pause) throws InterruptedException;
    }

    /** What is done in a transaction; more than once if an attempt fails or its commit's answer is lost. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /**
     * Runs the work and commits. What Postgres rolled back for the sake of another transaction, or what a lost connection
     * cut off, is tried again after a growing pause. After a lost answer to a commit the work runs once more, though the
     * first run may have been committed: it must bear that.
     *
     * @param task completes "Cannot …"
     * @throws StoreException if Postgres refuses, or stays away for {@value #ATTEMPTS} attempts
     */
    <T> T transact(String task, Work<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                Connection open = connection();
                T result = work.run(open);
                open.commit();
                return result;
            } catch (SQLException e) {
                boolean broken = isBroken(e);
                if (broken) {
                    close();
                } else {
                    rollback();
                }
                if (attempt == ATTEMPTS || !(broken || TRY_AGAIN.contains(state(e)))) {
                    throw new StoreException("Cannot " + task + ": " + e.getMessage(), e);
                }
                pause(attempt, task, e);
            } catch (RuntimeException | Error e) {
                rollback();
                throw e;
            }
        }
    }

    private Connection connection() throws SQLException {
        Connection open = connection;
        if (open == null || open.isClosed()) {
            open = source.open();
            connection = open;
        }
        return open;
    }

    private boolean isBroken(SQLException e) {
        String state = state(e);
        if (state.startsWith(CONNECTION_EXCEPTION) || AWAY.contains(state)) {
            return true;
        }
        try {
            return connection != null && connection.isClosed();
        } catch (SQLException unusable) {
            e.addSuppressed(unusable);
            return true;
        }
    }

    private static String state(SQLException e) {
        String state = e.getSQLState();
        return state == null ? "" : state;
    }

    private void pause(int attempt, String task, SQLException cause) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << (attempt - 1));
        if (pause.compareTo(LONGEST_PAUSE) > 0) {
            pause = LONGEST_PAUSE;
        }
        LOG.warn("Cannot {}: {}; trying again in {} ms", task, cause.getMessage(), pause.toMillis());
        try {
            sleeper.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("Cannot " + task + ": interrupted while waiting for Postgres", cause);
        }
    }

    private void rollback() {
        if (connection == null) {
            return;
        }
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.debug("Cannot roll back, closing the connection", e);
            close();
        }
    }

    /** Ends the connection, and with it what was not committed. A later transaction opens a new one. */
    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (SQLException e) {
            LOG.debug("Cannot close a connection to Postgres", e);
        }
    }
}
