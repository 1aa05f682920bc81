package io.tidemark.chaos.fault;

import io.tidemark.chaos.fault.Stage.Link;
import io.tidemark.chaos.proxy.Disturbance;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Every chunk of bytes of a link comes later. */
final class SlowLink implements Fault {
    private final Link link;
    private final Duration delay;
    private final Duration lasts;
    private @Nullable Disturbance slowness;

    SlowLink(Link link, Duration delay, Duration lasts) {
        this.link = link;
        this.delay = delay;
        this.lasts = lasts;
    }

    @Override
    public String describe() {
        return "%d ms of latency on %s for %d ms".formatted(delay.toMillis(), link, lasts.toMillis());
    }

    @Override
    public Duration lasts() {
        return lasts;
    }

    @Override
    public Effect inject(Stage stage) {
        slowness = stage.link(link).delay(delay);
        return Effect.NONE;
    }

    @Override
    public Effect heal(Stage stage) {
        if (slowness == null) {
            return Effect.NONE;
        }
        slowness.end();
        return Effect.of(slowness.met(), "chunks of bytes came later");
    }
}
