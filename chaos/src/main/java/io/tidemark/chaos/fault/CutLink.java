package io.tidemark.chaos.fault;

import io.tidemark.chaos.fault.Stage.Link;
import io.tidemark.chaos.proxy.Direction;
import io.tidemark.chaos.proxy.Disturbance;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Nothing passes a link in one direction; or, where it does not heal, its connections break in the end. */
final class CutLink implements Fault {
    private final Link link;
    private final Direction direction;
    private final boolean breaks;
    private final Duration lasts;
    private @Nullable Disturbance cut;

    CutLink(Link link, Direction direction, boolean breaks, Duration lasts) {
        this.link = link;
        this.direction = direction;
        this.breaks = breaks;
        this.lasts = lasts;
    }

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
    public Duration lasts() {
        return lasts;
    }

    @Override
    public void inject(Stage stage) {
        cut = stage.link(link).cut(direction);
    }

    @Override
    public void heal(Stage stage) {
        if (breaks) {
            stage.link(link).reset();
        }
        if (cut != null) {
            cut.end();
        }
    }
}
