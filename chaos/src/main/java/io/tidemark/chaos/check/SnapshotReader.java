package io.tidemark.chaos.check;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A reader beside the writers, from a run's start to its end: looks again and again, each time at one snapshot. */
public final class SnapshotReader implements AutoCloseable {
    /** Name of the check. */
    public static final String NAME = "snapshots";

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotReader.class);
    private static final Duration PAUSE = Duration.ofMillis(150);

    private final Source source;
    private final List<String> differences = new ArrayList<>();
    private final AtomicLong looks = new AtomicLong();
    private final Thread thread = new Thread(this::read, "snapshots");
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;

    private SnapshotReader(Source source) {
        this.source = source;
    }

    /** Where it looks. */
    @FunctionalInterface
    interface Source {
        Connection connect() throws SQLException;
    }

    /** Starts to look. */
    public static SnapshotReader start(Database database) {
        return start(database::connect);
    }

    static SnapshotReader start(Source source) {
        SnapshotReader reader = new SnapshotReader(source);
        reader.thread.setDaemon(true);
        reader.thread.start();
        return reader;
    }

    /** How often it has looked. */
    public long looks() {
        return looks.get();
    }

    /**
     * Ends, and tells where it saw a part of a flush, or a count going back; and if it has not looked at all, or not up to
     * now, since it then has nothing to say of the writers.
     */
    public List<String> end() throws InterruptedException {
        boolean early = !thread.isAlive();
        close();
        thread.join();
        Throwable why = failure;
        String cause = why == null ? "" : ": " + why;
        synchronized (differences) {
            List<String> found = new ArrayList<>(differences);
            if (early) {
                found.add("the reader ended before the writers did" + cause);
            }
            if (looks.get() == 0) {
                found.add("the reader has not looked once" + cause);
            }
            return found;
        }
    }

    private void read() {
        try {
            look();
        } catch (RuntimeException | Error e) {
            LOG.error("The reader beside the writers broke", e);
            failure = e;
        }
    }

    private void look() {
        Snapshot last = Snapshot.EMPTY;
        while (!ended) {
            try (Connection connection = source.connect()) {
                connection.setAutoCommit(false);
                connection.setReadOnly(true);
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                while (!ended) {
                    Snapshot seen = Tables.snapshot(connection);
                    connection.rollback();
                    compare(seen, last);
                    last = seen;
                    TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
                }
            } catch (SQLException e) {
                LOG.debug("The database does not answer at this moment", e);
                failure = e;
                if (!paused()) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void compare(Snapshot seen, Snapshot last) {
        looks.incrementAndGet();
        synchronized (differences) {
            differences.addAll(seen.differences(last));
        }
    }

    private static boolean paused() {
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        ended = true;
    }
}
