package io.tidemark.cli.rollup;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.StackException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rolls up again and again, as long as it is open, with a pause before each run. A run that fails is said in the log; the next one
 * rolls up what it has left.
 */
public final class RollupSchedule implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RollupSchedule.class);

    private final RollupProgram program;
    private final RollupProgram.Request request;
    private final Duration pause;
    private final CountDownLatch ended = new CountDownLatch(1);

    private RollupSchedule(RollupProgram program, RollupProgram.Request request, Duration pause) {
        this.program = requireNonNull(program, "program is null");
        this.request = requireNonNull(request, "request is null");
        this.pause = requireNonNull(pause, "pause is null");
    }

    /** Begins with a pause. */
    public static RollupSchedule start(RollupProgram program, RollupProgram.Request request, Duration pause) {
        RollupSchedule schedule = new RollupSchedule(program, request, pause);
        Thread thread = new Thread(schedule::run, "rollup");
        thread.setDaemon(true);
        thread.start();
        return schedule;
    }

    private void run() {
        try {
            while (!ended.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                runOnce();
            }
        } catch (InterruptedException e) {
            LOG.debug("No more is rolled up");
        }
    }

    private void runOnce() throws InterruptedException {
        try {
            program.run(request, new RollupProgram.Listener() {
                @Override
                public void step(int step, int steps, String table) {
                    LOG.debug("Rolling up {}, {} of {}", table, step, steps);
                }

                @Override
                public void line(String line) {
                    LOG.info("{}", line);
                }
            });
        } catch (IOException | StackException e) {
            if (ended.getCount() > 0) {
                LOG.warn("Cannot roll up, trying again in {} s: {}", pause.toSeconds(), e.getMessage());
            }
        }
    }

    /** Ends a run that is under way: what it has rolled up stays. */
    @Override
    public void close() {
        ended.countDown();
        program.end();
    }
}
