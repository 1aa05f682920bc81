package io.tidemark.chaos.fault;

import io.tidemark.chaos.fault.Stage.Link;
import io.tidemark.chaos.proxy.Direction;
import java.time.Duration;
import java.util.Locale;

/** Nothing passes a link in one direction; or, where it does not heal, its connections break in the end. */
record CutLink(Link link, Direction direction, boolean breaks, Duration lasts) implements Fault {
    @Override
    public String describe() {
        return "%s cut on %s for %d ms, then %s"
                .formatted(
                        direction.name().toLowerCase(Locale.ROOT),
                        link,
                        lasts.toMillis(),
                        breaks ? "broken" : "healed");
    }

    @Override
    public void inject(Stage stage) {
        stage.link(link).cut(direction);
    }

    @Override
    public void heal(Stage stage) {
        if (breaks) {
            stage.link(link).reset();
        }
        stage.link(link).heal();
    }
}
