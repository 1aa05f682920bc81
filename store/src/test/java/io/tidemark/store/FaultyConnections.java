package io.tidemark.store;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Real connections whose commits fail as planned, and pauses that only note their length. */
final class FaultyConnections implements ConnectionSource, Session.Sleeper {
    /** A session on these connections that waits for as long as it takes. */
    Session patient() {
        return Session.patient(this, this, Clock.systemUTC());
    }

    /** What becomes of a commit. */
    enum Commit {
        WORKS,
        /** Postgres commits, its answer is lost. */
        ANSWER_LOST,
        /** The connection breaks before the commit arrives. */
        REQUEST_LOST,
        /** Postgres rolls back for the sake of another transaction. */
        SERIALIZATION_FAILURE
    }

    final List<Duration> pauses = new ArrayList<>();
    int opened;
    private final ConnectionSource real;
    private final Deque<Commit> plan = new ArrayDeque<>();
    private int refusals;
    private int pausesUntilInterrupt = Integer.MAX_VALUE;
    private Runnable duringPauses = () -> {};
    private Runnable beforeReopening = () -> {};

    FaultyConnections(StoreConfig config) {
        this.real = config.connections("test", Duration.ofMinutes(1));
    }

    /** Sets what the next commits do; those after them work. */
    void nextCommits(Commit... commits) {
        plan.addAll(List.of(commits));
    }

    /** Sets how many of the next attempts to connect are refused. */
    void refuse(int attempts) {
        refusals = attempts;
    }

    /** Sets what is done in every pause. */
    void duringPauses(Runnable action) {
        duringPauses = action;
    }

    /** Interrupts the thread in the pause after that many more, once. */
    void interruptAfter(int morePauses) {
        pausesUntilInterrupt = morePauses;
    }

    void beforeReopening(Runnable action) {
        beforeReopening = action;
    }

    @Override
    public Connection open() throws SQLException {
        if (refusals > 0) {
            refusals--;
            throw new SQLException("Connection refused", "08001");
        }
        if (opened++ > 0) {
            beforeReopening.run();
        }
        Connection connection = real.open();
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.getName().equals("commit")) {
                commit(connection);
                return null;
            }
            return call(connection, method, arguments);
        };
        return (Connection)
                Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Connection.class}, handler);
    }

    private static @Nullable Object call(Connection connection, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private void commit(Connection connection) throws SQLException {
        Commit next = plan.isEmpty() ? Commit.WORKS : plan.remove();
        switch (next) {
            case WORKS -> connection.commit();
            case ANSWER_LOST -> {
                connection.commit();
                throw new SQLException("An I/O error occurred", "08006");
            }
            case REQUEST_LOST -> throw new SQLException("An I/O error occurred", "08006");
            case SERIALIZATION_FAILURE -> throw new SQLException("could not serialize access", "40001");
        }
    }

    @Override
    public void sleep(Duration pause) throws InterruptedException {
        pauses.add(pause);
        duringPauses.run();
        if (pausesUntilInterrupt-- == 0) {
            throw new InterruptedException();
        }
    }
}
