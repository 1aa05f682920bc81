package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;

/**
 * How long things are kept.
 *
 * @param eventDays days, in UTC, before today whose events are kept; empty for all
 * @param windowDays days, in the time zone of the rollups, before today whose windows are kept; empty for all
 * @param uncounted whether events go though windows do not count them yet
 */
public record RetentionRules(OptionalInt eventDays, OptionalInt windowDays, boolean uncounted) {
    /** How many days of events are kept unless told otherwise. */
    public static final int EVENT_DAYS = 90;

    /** How many days of windows are kept unless told otherwise. */
    public static final int WINDOW_DAYS = 400;

    public RetentionRules {
        requireNonNull(eventDays, "eventDays is null");
        requireNonNull(windowDays, "windowDays is null");
        requirePositive(eventDays, "events");
        requirePositive(windowDays, "windows");
        if (windowDays.isPresent() && windowDays.getAsInt() < eventDays.orElse(Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "windows must be kept for at least as long as events, of which a late one would make them anew; was %dd, and events %s"
                            .formatted(
                                    windowDays.getAsInt(),
                                    eventDays.isPresent() ? eventDays.getAsInt() + "d" : "off (for ever)"));
        }
    }

    private static void requirePositive(OptionalInt days, String what) {
        if (days.isPresent() && days.getAsInt() < 1) {
            throw new IllegalArgumentException(
                    "%s must be kept for at least 1d; was %dd".formatted(what, days.getAsInt()));
        }
    }
}
