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
    public void inject(Stage stage) throws Exception {
        stage.operator().rescale(kind, 4);
    }

    @Override
    public void heal(Stage stage) throws Exception {
        stage.operator().rescale(kind, 2);
    }
}
