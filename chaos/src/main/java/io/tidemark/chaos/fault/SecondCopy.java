package io.tidemark.chaos.fault;

import io.tidemark.cli.jobs.JobKind;
import java.time.Duration;
import java.util.Optional;
import org.apache.flink.api.common.JobStatus;
import org.jspecify.annotations.Nullable;

/** A further copy of a job, started by mistake and cancelled when that is noticed. */
final class SecondCopy implements Fault {
    private final JobKind kind;
    private final boolean fromEarliest;
    private final Duration lasts;
    private @Nullable String id;

    SecondCopy(JobKind kind, boolean fromEarliest, Duration lasts) {
        this.kind = kind;
        this.fromEarliest = fromEarliest;
        this.lasts = lasts;
    }

    @Override
    public String describe() {
        return "a second copy of %s from %s for %d ms"
                .formatted(kind, fromEarliest ? "the earliest record" : "its group's offsets", lasts.toMillis());
    }

    @Override
    public Duration lasts() {
        return lasts;
    }

    @Override
    public Effect inject(Stage stage) throws Exception {
        id = stage.operator().startSecond(kind, fromEarliest);
        return Effect.NONE;
    }

    @Override
    public Effect heal(Stage stage) throws Exception {
        String copy = id;
        if (copy == null) {
            return Effect.NONE;
        }
        Optional<JobStatus> state = stage.operator().state(copy);
        stage.operator().cancel(copy);
        return state.filter(each -> each != JobStatus.INITIALIZING && each != JobStatus.CREATED)
                .map(each -> Effect.of(copy + " was " + each + " in the end"))
                .orElseGet(() -> Effect.none(copy + " never ran"));
    }
}
