package io.tidemark.chaos.fault;

import io.tidemark.chaos.fault.Stage.Link;
import java.time.Duration;

/** Resets every connection of a link, twice. */
record ResetLink(Link link, Duration lasts) implements Fault {
    @Override
    public String describe() {
        return "all connections of %s reset, and again after %d ms".formatted(link, lasts.toMillis());
    }

    @Override
    public Effect inject(Stage stage) {
        return reset(stage);
    }

    @Override
    public Effect heal(Stage stage) {
        return reset(stage);
    }

    private Effect reset(Stage stage) {
        return Effect.of(stage.link(link).reset(), "connections reset");
    }
}
