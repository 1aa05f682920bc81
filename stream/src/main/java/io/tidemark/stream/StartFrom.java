package io.tidemark.stream;

import io.tidemark.model.EventTime;
import io.tidemark.model.InvalidEventException;
import java.util.Locale;

/** Where in its topic a job that is not resumed from a checkpoint starts. */
public sealed interface StartFrom {
    /** At the first record there is. */
    record Earliest() implements StartFrom {}

    /** At what is newest when the job is submitted. */
    record Latest() implements StartFrom {}

    /** Where the job's consumer group stands; at the earliest record if it stands nowhere. */
    record Committed() implements StartFrom {}

    /** At the first record of that time or later; milliseconds since the epoch. */
    record At(long timestampMillis) implements StartFrom {}

    /**
     * Reads {@code earliest}, {@code latest}, {@code committed} or a timestamp, see {@link EventTime}.
     *
     * @throws IllegalArgumentException naming the value, if it is none of them
     */
    static StartFrom parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "earliest" -> new Earliest();
            case "latest" -> new Latest();
            case "committed" -> new Committed();
            default -> {
                try {
                    yield new At(EventTime.parse(text));
                } catch (InvalidEventException e) {
                    throw new IllegalArgumentException(
                            "must be earliest, latest, committed or a timestamp such as 2026-03-01T12:00:00Z; was \""
                                    + text + "\"",
                            e);
                }
            }
        };
    }
}
