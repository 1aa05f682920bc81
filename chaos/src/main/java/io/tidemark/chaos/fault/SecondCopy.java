package io.tidemark.chaos.fault;

import io.tidemark.cli.jobs.JobKind;
import java.time.Duration;
import java.util.Optional;
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
    public void inject(Stage stage) throws Exception {
        id = stage.operator().startSecond(kind, fromEarliest);
    }

    @Override
    public void heal(Stage stage) throws Exception {
        Optional<String> started = Optional.ofNullable(id);
        if (started.isPresent()) {
            stage.operator().cancel(started.get());
        }
    }
}
