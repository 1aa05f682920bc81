package io.tidemark.cli.embedded;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has started of a stack, or is starting. It is stopped in reverse order, at the latest when the process ends, as by
 * Ctrl-C, also half-way through the start: PostgreSQL would outlive the process.
 */
final class Parts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);
    /** What PostgreSQL allows itself, twice its time limit for one program. */
    private static final int LONGEST_START_SECONDS = 125;

    private final Layout layout;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Thread atExit = new Thread(this::exit, "stop-stack");
    private boolean stopped;

    private volatile Runnable beforeExit = () -> {};
    private volatile Runnable afterExit;

    private Parts(Layout layout, FolderLock lock, Runnable afterExit) {
        this.layout = layout;
        this.afterExit = requireNonNull(afterExit, "afterExit is null");
        parts.push(lock);
    }

    /** Nothing yet but the folder's lock. */
    static Parts of(Layout layout, FolderLock lock, Runnable afterExit) {
        Parts parts = new Parts(layout, lock, afterExit);
        Runtime.getRuntime().addShutdownHook(parts.atExit);
        return parts;
    }

    /**
     * Begins to start a part.
     *
     * @param start what returns the part, if there is to be one; leaves nothing running if it fails
     */
    synchronized <T extends AutoCloseable> Future<Optional<T>> start(
            ExecutorService starters, Callable<Optional<T>> start) {
        requireNotStopped();
        Future<Optional<T>> part = starters.submit(start);
        parts.push(() -> stop(part));
        return part;
    }

    /** Tells other processes where the stack is, by {@code stack.json}. */
    synchronized void announce(StackAddresses addresses) {
        requireNotStopped();
        try {
            StackFile.write(layout.stackFile(), addresses);
        } catch (IOException e) {
            throw new StackException("Cannot write %s (%s)".formatted(layout.stackFile(), e), e);
        }
    }

    private synchronized void requireNotStopped() {
        if (stopped) {
            throw new StackException("The stack on %s has been stopped".formatted(layout.data()));
        }
    }

    void beforeExit(Runnable action) {
        beforeExit = action;
    }

    void afterExit(Runnable action) {
        afterExit = action;
    }

    /** Stops because the process ends; a further call waits for the first. */
    synchronized void exit() {
        Runnable first = beforeExit;
        beforeExit = () -> {};
        try {
            first.run();
        } catch (RuntimeException e) {
            LOG.warn("The stack stops, though not all was done that was to be done before", e);
        } finally {
            stop();
            afterExit.run();
        }
    }

    /** Closing twice changes nothing. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook is at it or done.
            LOG.debug("Closed during shutdown");
        }
        stop();
    }

    private synchronized void stop() {
        stopped = true;
        try {
            Files.deleteIfExists(layout.stackFile());
        } catch (IOException e) {
            LOG.warn("Cannot delete {}", layout.stackFile(), e);
        }
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.warn("The stack does not stop cleanly", e);
            }
        }
    }

    private static void stop(Future<? extends Optional<? extends AutoCloseable>> part) throws Exception {
        Optional<? extends AutoCloseable> started;
        try {
            started = part.get(LONGEST_START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            LOG.debug("It did not start, so that there is nothing to stop", e);
            return;
        }
        if (started.isPresent()) {
            started.get().close();
        }
    }
}
