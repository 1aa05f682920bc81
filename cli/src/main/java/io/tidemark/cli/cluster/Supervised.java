package io.tidemark.cli.cluster;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process that is started again whenever it dies, by a thread that does nothing else. */
final class Supervised {
    private static final Logger LOG = LoggerFactory.getLogger(Supervised.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE_AT_END = Duration.ofSeconds(12);

    /** What the others want to know of a process. */
    interface Listener {
        /** Its number, state or count of restarts is another now. */
        void changed();

        /** It answers, after its first start or a further one. */
        void answers(ProcessInfo process);
    }

    private final Program program;
    private final Listener listener;
    private final Pauses pauses = new Pauses();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Thread thread;

    private volatile boolean ending;
    private volatile ProcessInfo info;
    private volatile @Nullable ProcessHandle process;

    Supervised(Program program, Listener listener) {
        this.program = program;
        this.listener = listener;
        this.info = new ProcessInfo(program.role(), program.index(), 0, 0, program.port(), ProcessState.STARTING, 0);
        this.thread = new Thread(this::run, "supervise-" + info.name());
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    ProcessInfo info() {
        return info;
    }

    /** Done once the process has answered for the first time; failed if it ended before, or did not start. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    private void run() {
        try {
            while (!ending) {
                long started = System.nanoTime();
                String trouble = liveOnce();
                Duration lived = Duration.ofNanos(System.nanoTime() - started);
                if (ending) {
                    break;
                }
                boolean neverAnswered = ready.completeExceptionally(new IOException(trouble));
                if (neverAnswered) {
                    // Whoever wanted it up is told, and decides.
                    break;
                }
                Duration pause = pauses.after(lived);
                set(ProcessState.DEAD, info.pid(), info.startedAtMillis(), info.restarts());
                LOG.warn(
                        "{} (process {}) {} after {} s; it is started again {}",
                        info.name(),
                        info.pid(),
                        trouble,
                        lived.toSeconds(),
                        pause.isZero() ? "at once" : "in " + pause.toMillis() / 1000.0 + " s");
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
                set(ProcessState.STARTING, info.pid(), info.startedAtMillis(), info.restarts() + 1);
            }
        } catch (InterruptedException e) {
            LOG.debug("{} is no longer watched", info.name());
        }
    }

    /** Starts the process, and returns once it has died, with how. */
    private String liveOnce() throws InterruptedException {
        ProcessHandle started;
        try {
            started = program.start();
        } catch (IOException e) {
            return "did not start: " + e.getMessage();
        }
        process = started;
        set(ProcessState.STARTING, started.pid(), ProcessInfo.startOf(started).toEpochMilli(), info.restarts());
        while (Processes.lives(started) && !program.answers()) {
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
        boolean answered = Processes.lives(started);
        if (answered) {
            set(ProcessState.RUNNING, info.pid(), info.startedAtMillis(), info.restarts());
            LOG.info("{} answers as process {}", info.name(), info.pid());
            ready.complete(null);
            listener.answers(info);
        }
        // Not by onExit: a process that nobody asks how it ended, as PostgreSQL in many containers, would live for
        // ever.
        while (Processes.lives(started)) {
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
        return answered ? "died" : "ended before it answered";
    }

    private void set(ProcessState state, long pid, long startedAtMillis, int restarts) {
        info = new ProcessInfo(info.role(), info.index(), pid, startedAtMillis, info.port(), state, restarts);
        listener.changed();
    }

    /** No longer starts it again; it may go on living until {@link #end}. */
    void letGo() {
        ending = true;
        thread.interrupt();
    }

    /** Asks the process to end. */
    void end() throws InterruptedException {
        letGo();
        thread.join();
        // Also if there is no process: PostgreSQL may run, though its start was interrupted.
        program.end(process);
    }

    /** Waits until the process, having been asked to, has ended; kills it if it takes too long. */
    void awaitEnd() throws InterruptedException {
        ProcessHandle running = process;
        if (running != null && !Processes.awaitEnd(running, PATIENCE_AT_END)) {
            LOG.warn("{} (process {}) does not end; it is killed", info.name(), running.pid());
            running.destroyForcibly();
            if (!Processes.awaitEnd(running, PATIENCE_AT_END)) {
                LOG.error("{} (process {}) cannot be ended", info.name(), running.pid());
            }
        }
    }

    /** Waits for {@link #ready}, at most until that long after a point in time of {@link System#nanoTime}. */
    void awaitReady(Duration patience, long sinceNanos) throws IOException, InterruptedException {
        try {
            ready.get(sinceNanos + patience.toNanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = requireNonNull(e.getCause(), "cause");
            throw new IOException(info.name() + " " + cause.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IOException(info.name() + " did not answer within " + patience.toSeconds() + " s", e);
        }
    }
}
