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
    public Effect inject(Stage stage) {
        cut = stage.link(link).cut(direction);
        return Effect.NONE;
    }

    @Override
    public Effect heal(Stage stage) {
        Effect broken = breaks ? Effect.of(stage.link(link).reset(), "connections broken") : Effect.NONE;
        if (cut == null) {
            return broken;
        }
        cut.end();
        return Effect.of(cut.met(), "chunks of bytes held back").and(broken);
    }
}
