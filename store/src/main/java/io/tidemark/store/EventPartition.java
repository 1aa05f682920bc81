package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Locale;

/**
 * A partition of {@code processed_events}: events at or after {@code fromMillis}, before {@code toMillis}. One a day, as long as a
 * day is no more than some months old when its first event comes; of older ones a month; and one for all before there was a web.
 * So an import of thirteen years makes hundreds and not thousands, of which each query over all would lock every one; and made-up
 * dates make no more than there are months since then.
 *
 * @param fromMillis milliseconds since the epoch; {@link Long#MIN_VALUE} for no bound
 * @param toMillis exclusive; {@link Long#MAX_VALUE} for no bound
 */
record EventPartition(String name, long fromMillis, long toMillis) {
    static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    static final String TABLE = "processed_events";

    /** Days older than that share a partition with their month. */
    static final int DAYS_APART = 120;

    /** Web servers log since 1993; what is stamped earlier has no clock, or is made up. */
    private static final LocalDate FIRST_MONTH = LocalDate.of(1993, 1, 1);

    EventPartition {
        requireNonNull(name, "name is null");
        if (fromMillis >= toMillis) {
            throw new IllegalArgumentException("%s from %d to %d is empty".formatted(name, fromMillis, toMillis));
        }
    }

    /** The day, in UTC, as a number since 1970-01-01, that an event of that time is of. */
    static long dayOf(long millis) {
        return Math.floorDiv(millis, DAY_MILLIS);
    }

    boolean holdsDay(long day) {
        return fromMillis <= day * DAY_MILLIS && day * DAY_MILLIS < toMillis;
    }

    /**
     * The one to be made for a day that none of the others holds; it overlaps none of them.
     *
     * @param day of UTC, since 1970-01-01
     * @param today the same of now
     */
    static EventPartition around(long day, long today, Collection<EventPartition> others) {
        LocalDate date = LocalDate.ofEpochDay(day);
        LocalDate month = date.withDayOfMonth(1);
        String name;
        long from;
        long to;
        if (date.isBefore(FIRST_MONTH)) {
            name = "%s_before_%d".formatted(TABLE, FIRST_MONTH.getYear());
            from = Long.MIN_VALUE;
            to = startOf(FIRST_MONTH);
        } else if (day < today - DAYS_APART) {
            name = "%s_%d_%02d".formatted(TABLE, date.getYear(), date.getMonthValue());
            from = startOf(month);
            to = startOf(month.plusMonths(1));
        } else {
            name = "%s_%d_%02d_%02d".formatted(TABLE, date.getYear(), date.getMonthValue(), date.getDayOfMonth());
            from = startOf(date);
            to = startOf(date.plusDays(1));
        }
        for (EventPartition other : others) {
            if (other.toMillis <= day * DAY_MILLIS) {
                from = Math.max(from, other.toMillis);
            } else {
                to = Math.min(to, other.fromMillis);
            }
        }
        return new EventPartition(name, from, to);
    }

    private static long startOf(LocalDate date) {
        return date.toEpochDay() * DAY_MILLIS;
    }

    EventPartition named(String other) {
        return new EventPartition(other, fromMillis, toMillis);
    }

    /** As a bound in SQL, where both bounds are told apart by what they stand for. */
    static String bound(long millis) {
        if (millis == Long.MIN_VALUE) {
            return "minvalue";
        }
        return millis == Long.MAX_VALUE
                ? "maxvalue"
                : String.format(
                        Locale.ROOT,
                        "'%tF 00:00:00+00'",
                        Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC));
    }
}
