package io.tidemark.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.clock.Clock;
import org.apache.flink.util.clock.ManualClock;
import org.junit.jupiter.api.Test;

class OneTimerTest {
    private static final Duration SOON = Duration.ofMillis(10);

    private final LateClock clock = new LateClock();
    private final OneTimer timer = new OneTimer(clock);
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsOnceWhatItWasArmedWithFirst() throws Exception {
        timer.arm(SOON, now -> ran.add("first"));
        timer.arm(SOON, now -> ran.add("second"));
        clock.fireAll();
        assertThat(ran).containsExactly("first");
        timer.arm(SOON, now -> ran.add("third"));
        clock.fireAll();
        assertThat(ran).containsExactly("first", "third");
    }

    @Test
    void whatHadFiredAlreadyWhenItWasDisarmedDoesNotRun() throws Exception {
        timer.arm(SOON, now -> ran.add("disarmed"));
        timer.disarm();
        timer.arm(SOON, now -> ran.add("armed"));
        clock.fireAll();
        assertThat(ran).containsExactly("armed");
    }

    /** As Flink's, whose callback waits in the task's mailbox, where no cancelling reaches it. */
    private static final class LateClock implements ProcessingTimeService {
        private List<ProcessingTimeCallback> waiting = new ArrayList<>();

        void fireAll() throws Exception {
            List<ProcessingTimeCallback> due = waiting;
            waiting = new ArrayList<>();
            for (ProcessingTimeCallback each : due) {
                each.onProcessingTime(0);
            }
        }

        @Override
        public Clock getClock() {
            return new ManualClock();
        }

        @Override
        public long getCurrentProcessingTime() {
            return 0;
        }

        @Override
        public ScheduledFuture<?> registerTimer(long timestamp, ProcessingTimeCallback target) {
            waiting.add(target);
            return new Uncancellable();
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(ProcessingTimeCallback callback, long initialDelay, long period) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(
                ProcessingTimeCallback callback, long initialDelay, long period) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Void> quiesce() {
            return CompletableFuture.completedFuture(null);
        }
    }

    private static final class Uncancellable extends CompletableFuture<Void> implements ScheduledFuture<Void> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return false;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }
    }
}
