package io.tidemark.chaos.fault;

import java.time.Duration;

/** Postgres commits, and its answer is lost with the connection. */
record LoseCommitAnswers(int count, Duration lasts) implements Fault {
    @Override
    public String describe() {
        return "up to %d answers to COMMIT lost within %d ms".formatted(count, lasts.toMillis());
    }

    @Override
    public void inject(Stage stage) {
        stage.postgresLink().loseCommitAnswers(count);
    }

    @Override
    public void heal(Stage stage) {
        stage.postgresLink().loseCommitAnswers(0);
    }
}
