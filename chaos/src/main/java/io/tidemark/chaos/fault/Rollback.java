package io.tidemark.chaos.fault;

import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.RestorePoint;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes a savepoint of a job, and after a while goes back to it. */
final class Rollback implements Fault {
    private final JobKind kind;
    private final Duration lasts;
    private @Nullable RestorePoint savepoint;

    Rollback(JobKind kind, Duration lasts) {
        this.kind = kind;
        this.lasts = lasts;
    }

    @Override
    public String describe() {
        return "rollback of %s to a savepoint of %d ms ago".formatted(kind, lasts.toMillis());
    }

    @Override
    public Duration lasts() {
        return lasts;
    }

    @Override
    public void inject(Stage stage) throws Exception {
        savepoint = stage.operator().savepoint(kind);
    }

    @Override
    public void heal(Stage stage) throws Exception {
        Optional<RestorePoint> older = Optional.ofNullable(savepoint);
        if (older.isPresent()) {
            stage.operator().rollBack(kind, older.get());
        }
    }
}
