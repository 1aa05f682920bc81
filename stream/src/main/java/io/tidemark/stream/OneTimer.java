package io.tidemark.stream;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.jspecify.annotations.Nullable;

/**
 * An operator's timer by the clock, of which at most one is armed. What it runs, runs in the task's own thread, and an
 * error in it fails the task.
 */
public final class OneTimer {
    private final ProcessingTimeService clock;
    private @Nullable ScheduledFuture<?> armed;

    /** Which timer is armed: one that was disarmed may have fired already, and wait for the task's thread. */
    private long generation;

    public OneTimer(ProcessingTimeService clock) {
        this.clock = clock;
    }

    /** Runs the action once, that long from now, unless a timer is armed already. */
    public void arm(Duration delay, Action action) {
        if (armed == null) {
            long own = ++generation;
            armed = clock.registerTimer(clock.getCurrentProcessingTime() + delay.toMillis(), due -> {
                if (own == generation) {
                    armed = null;
                    // Not the time it was due: a task that was busy or stopped comes late.
                    action.run(clock.getCurrentProcessingTime());
                }
            });
        }
    }

    public void disarm() {
        if (armed != null) {
            armed.cancel(false);
            armed = null;
            generation++;
        }
    }

    /** What to run. */
    @FunctionalInterface
    public interface Action {
        /** Runs; {@code nowMillis} is the clock when the timer fires, milliseconds since the epoch. */
        void run(long nowMillis) throws Exception;
    }
}
