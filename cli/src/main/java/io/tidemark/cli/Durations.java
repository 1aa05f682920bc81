package io.tidemark.cli;

import java.time.Duration;

/** Durations as people write them. */
final class Durations {
    private Durations() {}

    /** The shortest form that {@link DurationConverter} reads back: {@code 5m}, {@code 1h30m}, {@code 500ms}. */
    static String show(Duration duration) {
        StringBuilder text = new StringBuilder();
        append(text, duration.toDays(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void append(StringBuilder text, long value, String unit) {
        if (value != 0) {
            text.append(value).append(unit);
        }
    }
}
