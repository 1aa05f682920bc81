package io.tidemark.chaos.fault;

import io.tidemark.chaos.proxy.Disturbance;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Postgres commits, and its answer is lost with the connection. */
final class LoseCommitAnswers implements Fault {
    private final int count;
    private final Duration lasts;
    private @Nullable Disturbance loss;

    LoseCommitAnswers(int count, Duration lasts) {
        this.count = count;
        this.lasts = lasts;
    }

    @Override
    public String describe() {
        return "up to %d answers to COMMIT lost within %d ms".formatted(count, lasts.toMillis());
    }

    @Override
    public Duration lasts() {
        return lasts;
    }

    @Override
    public Effect inject(Stage stage) {
        loss = stage.postgresLink().loseCommitAnswers(count);
        return Effect.NONE;
    }

    @Override
    public Effect heal(Stage stage) {
        if (loss == null) {
            return Effect.NONE;
        }
        loss.end();
        return Effect.of(loss.met(), "answers lost");
    }
}
