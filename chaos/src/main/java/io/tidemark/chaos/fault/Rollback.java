package io.tidemark.chaos.fault;

import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.RestorePoint;
import java.time.Duration;
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
    public Effect inject(Stage stage) throws Exception {
        savepoint = stage.operator().savepoint(kind);
        return Effect.NONE;
    }

    @Override
    public Effect heal(Stage stage) throws Exception {
        RestorePoint older = savepoint;
        if (older == null) {
            return Effect.NONE;
        }
        return stage.operator().rollBack(kind, older)
                ? Effect.of("went back to " + older.path().getFileName())
                : Effect.none("another one ran");
    }
}
