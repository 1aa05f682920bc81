package io.tidemark.cli;

import io.tidemark.model.DurationText;
import java.time.Duration;

/** Durations as people write them. */
final class Durations {
    private Durations() {}

    /** The shortest form that {@link DurationConverter} reads back: {@code 5m}, {@code 1h30m}, {@code 500ms}. */
    static String show(Duration duration) {
        return DurationText.show(duration);
    }
}
