package io.tidemark.cli.jobs;

import io.tidemark.stream.aggregate.AggregateConfig;
import java.time.Duration;

/**
 * How often a job does what it does in its own time.
 *
 * @param checkpoints time between two checkpoints
 * @param quietAfter how long a partition must have delivered nothing before it counts as quiet, for the aggregate job
 */
public record Pace(Duration checkpoints, Duration quietAfter) {
    /** A checkpoint every 10 s. */
    public static final Pace DEFAULT = new Pace(Duration.ofSeconds(10), AggregateConfig.QUIET_AFTER);

    public Pace {
        if (checkpoints.toMillis() < 1 || quietAfter.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "checkpoints and quietAfter must be at least 1 ms; were " + checkpoints + " and " + quietAfter);
        }
    }
}
