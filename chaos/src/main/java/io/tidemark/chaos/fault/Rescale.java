package io.tidemark.chaos.fault;

import io.tidemark.cli.jobs.JobKind;
import java.time.Duration;

/** Stops a job with a savepoint and lets it go on four wide, and after a while two wide. */
record Rescale(JobKind kind, Duration lasts) implements Fault {
    @Override
    public String describe() {
        return "rescale of %s to 4, and after %d ms to 2".formatted(kind, lasts.toMillis());
    }

    @Override
    public Effect inject(Stage stage) throws Exception {
        return rescale(stage, 4);
    }

    @Override
    public Effect heal(Stage stage) throws Exception {
        return rescale(stage, 2);
    }

    /** Beside a second copy it may be that one that is stopped, and the other goes on as it was. */
    private Effect rescale(Stage stage, int parallelism) throws Exception {
        int reached = stage.operator().rescale(kind, parallelism);
        return reached == parallelism
                ? Effect.of(reached + " wide")
                : Effect.none(reached + " wide instead of " + parallelism);
    }
}
