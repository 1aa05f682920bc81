package io.tidemark.chaos.run;

import io.tidemark.chaos.fault.Stage;
import io.tidemark.cli.cluster.ProcessState;
import io.tidemark.cli.jobs.JobKind;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the pipeline does its work: every process answers, both jobs run, what came a moment ago is stored, and windows
 * are closed up to the present. Looked at again and again; for one thread.
 */
final class Health {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);

    /** What came that long ago must be stored by now: flush interval, and some time for the machine. */
    private static final Duration STORED_WITHIN = Duration.ofMillis(1_500);

    private final Stage stage;
    private final Observer observer;
    private final Clock clock;
    private final Deque<Ends> seen = new ArrayDeque<>();
    private long healthySinceMillis = Long.MAX_VALUE;

    Health(Stage stage, Observer observer, Clock clock) {
        this.stage = stage;
        this.observer = observer;
        this.clock = clock;
    }

    private record Ends(long atMillis, Map<Integer, Long> byPartition) {}

    /** Looks once; returns since when all has been well without a break, or the end of time if it is not. */
    long look() {
        long now = clock.millis();
        boolean healthy = isHealthy(now);
        if (!healthy) {
            healthySinceMillis = Long.MAX_VALUE;
        } else if (healthySinceMillis == Long.MAX_VALUE) {
            healthySinceMillis = now;
        }
        return healthySinceMillis;
    }

    private boolean isHealthy(long now) {
        try {
            seen.addLast(new Ends(now, observer.rawEnds()));
            boolean answer =
                    stage.cluster().processes().stream().allMatch(process -> process.state() == ProcessState.RUNNING)
                            && stage.operator().running() >= JobKind.values().length;
            Ends due = due(now);
            return answer && due != null && observer.hasCaughtUp(due.byPartition(), now);
        } catch (IOException | Observer.Away e) {
            LOG.debug("Something does not answer", e);
            return false;
        }
    }

    /** The newest ends that are old enough; those before are forgotten. */
    private @Nullable Ends due(long now) {
        long latest = now - STORED_WITHIN.toMillis();
        Ends due = null;
        while (!seen.isEmpty() && seen.getFirst().atMillis() <= latest) {
            due = seen.removeFirst();
        }
        if (due != null) {
            seen.addFirst(due);
        }
        return due;
    }
}
