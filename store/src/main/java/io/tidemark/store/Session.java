package io.tidemark.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
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

    /** For commands, whose user waits. */
    private static final int A_FEW_ATTEMPTS = 8;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** A connection that rested for longer is asked whether it still lives before it is used. */
    private static final Duration RESTED = Duration.ofSeconds(5);

    private static final int VALID_WITHIN_SECONDS = 5;

    /**
     * Serialization failure, deadlock, lock timeout, cancelled statement: Postgres rolled back for the sake of another, the
     * same again may pass.
     */
    private static final Set<String> TRY_AGAIN = Set.of("40001", "40P01", "55P03", "57014");

    /**
     * Classes and codes (Postgres manual, appendix "PostgreSQL Error Codes") of a server that cannot serve now: connection
     * exception; insufficient resources such as disk or connections; shutdown, crash, start; a system error such as of
     * I/O; a transaction that was ended for resting; a former primary that only reads.
     */
    private static final Set<String> AWAY_CLASSES = Set.of("08", "53", "58");

    private static final Set<String> AWAY = Set.of("57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "25006");

    private final ConnectionSource source;
    private final Sleeper sleeper;
    private final Clock clock;
    private final int attempts;
    private final Waiting waiting;
    private @Nullable Connection connection;
    private long usedAtMillis;

    /** A session that gives up after a few attempts, for commands. */
    Session(ConnectionSource source) {
        this(source, Session::sleep, Clock.systemUTC(), A_FEW_ATTEMPTS);
    }

    private Session(ConnectionSource source, Sleeper sleeper, Clock clock, int attempts) {
        this.source = source;
        this.sleeper = sleeper;
        this.clock = clock;
        this.attempts = attempts;
        this.waiting = new Waiting(clock);
    }

    /** A session that waits for as long as Postgres is away, until its thread is interrupted; for jobs. */
    static Session patient(ConnectionSource source) {
        return patient(source, Session::sleep, Clock.systemUTC());
    }

    static Session patient(ConnectionSource source, Sleeper sleeper, Clock clock) {
        return new Session(source, sleeper, clock, Integer.MAX_VALUE);
    }

    static Session impatient(ConnectionSource source, Sleeper sleeper, Clock clock) {
        return new Session(source, sleeper, clock, A_FEW_ATTEMPTS);
    }

    private static void sleep(Duration pause) throws InterruptedException {
        Thread.sleep(pause.toMillis());
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

    /** Whether it waits for Postgres now; to be asked from any thread. */
    Waiting waiting() {
        return waiting;
    }

    /**
     * Runs the work and commits. What Postgres rolled back for the sake of another transaction, or what a lost connection
     * cut off, is tried again after a growing pause. After a lost answer to a commit the work runs once more, though the
     * first run may have been committed: it must bear that.
     *
     * @param task completes "Cannot …"
     * @throws StoreException if Postgres refuses, stays away for too many attempts, or the thread is interrupted while
     *     waiting; its cause is the last failure
     */
    <T> T transact(String task, Work<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                Connection open = connection();
                T result = work.run(open);
                open.commit();
                usedAtMillis = clock.millis();
                waiting.end();
                return result;
            } catch (SQLException e) {
                boolean broken = isBroken(e);
                if (broken) {
                    close();
                } else {
                    rollback();
                }
                if (attempt == attempts || !(broken || TRY_AGAIN.contains(state(e)))) {
                    waiting.end();
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
        if (open != null && clock.millis() - usedAtMillis >= RESTED.toMillis() && !open.isValid(VALID_WITHIN_SECONDS)) {
            LOG.info("A connection to Postgres broke while it rested; opening another one");
            close();
            open = null;
        }
        if (open == null || open.isClosed()) {
            open = source.open();
            connection = open;
        }
        return open;
    }

    private boolean isBroken(SQLException e) {
        String state = state(e);
        if (AWAY.contains(state) || (state.length() == 5 && AWAY_CLASSES.contains(state.substring(0, 2)))) {
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
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempt - 1, 10));
        if (pause.compareTo(LONGEST_PAUSE) > 0) {
            pause = LONGEST_PAUSE;
        }
        waiting.begin(String.valueOf(cause.getMessage()));
        LOG.warn(
                "Cannot {}: {}; waiting for {} s, trying again in {} ms",
                task,
                cause.getMessage(),
                waiting.seconds(),
                pause.toMillis());
        try {
            sleeper.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            waiting.end();
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
