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
    public void inject(Stage stage) {
        stage.link(link).reset();
    }

    @Override
    public void heal(Stage stage) {
        stage.link(link).reset();
    }
}
