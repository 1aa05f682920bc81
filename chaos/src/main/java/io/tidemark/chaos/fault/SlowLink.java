package io.tidemark.chaos.fault;

import io.tidemark.chaos.fault.Stage.Link;
import java.time.Duration;

/** Every chunk of bytes of a link comes later. */
record SlowLink(Link link, Duration delay, Duration lasts) implements Fault {
    @Override
    public String describe() {
        return "%d ms of latency on %s for %d ms".formatted(delay.toMillis(), link, lasts.toMillis());
    }

    @Override
    public void inject(Stage stage) {
        stage.link(link).delay(delay);
    }

    @Override
    public void heal(Stage stage) {
        stage.link(link).heal();
    }
}
