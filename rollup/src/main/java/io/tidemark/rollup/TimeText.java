package io.tidemark.rollup;

import static java.util.Objects.requireNonNull;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.function.Function;

/** A point in time as given on a command line: a date, which begins in the time zone of the rollups, or date and time with an offset. */
final class TimeText {
    private final String text;
    private final Function<ZoneId, Long> millis;

    private TimeText(String text, Function<ZoneId, Long> millis) {
        this.text = text;
        this.millis = millis;
    }

    /** @throws IllegalArgumentException if it is neither, with a message that names the text and shows both */
    static TimeText parse(String text) {
        requireNonNull(text, "text is null");
        try {
            if (text.indexOf('T') < 0) {
                LocalDate day = LocalDate.parse(text);
                return new TimeText(
                        text, zone -> day.atStartOfDay(zone).toInstant().toEpochMilli());
            }
            long at = OffsetDateTime.parse(text).toInstant().toEpochMilli();
            return new TimeText(text, zone -> at);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "must be a date such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z; was \"%s\""
                            .formatted(text),
                    e);
        }
    }

    /** Milliseconds since the epoch, where the zone is that of the rollups. */
    long millis(ZoneId zone) {
        return millis.apply(zone);
    }

    @Override
    public String toString() {
        return text;
    }
}
