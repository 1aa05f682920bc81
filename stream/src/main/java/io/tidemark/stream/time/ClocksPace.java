package io.tidemark.stream.time;

import io.tidemark.stream.OneTimer;
import java.time.Duration;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Lets an operator's event time go on at the clock's pace while all partitions are quiet, so that the last window or session
 * closes without a next event.
 */
public final class ClocksPace {
    private static final Duration QUIET_STEP = Duration.ofMillis(200);
    private static final Duration LONGEST_STEP = QUIET_STEP.multipliedBy(2);

    private final ProcessingTimeService clock;
    private final OneTimer timer;
    private final Step step;

    public ClocksPace(ProcessingTimeService clock, Step step) {
        this.clock = clock;
        this.timer = new OneTimer(clock);
        this.step = step;
    }

    /** Moves event time on. */
    @FunctionalInterface
    public interface Step {
        /** Moves it on by that many milliseconds. */
        void goOn(long byMillis) throws Exception;
    }

    /** Whether all partitions are quiet from now on. */
    public void status(WatermarkStatus status) {
        timer.disarm();
        if (status.isIdle()) {
            goOn(clock.getCurrentProcessingTime());
        }
    }

    /** However late a step comes, it is a short one: a process that was stopped for a while does not leap ahead. */
    private void goOn(long since) {
        timer.arm(QUIET_STEP, now -> {
            step.goOn(Math.min(now - since, LONGEST_STEP.toMillis()));
            goOn(now);
        });
    }
}
