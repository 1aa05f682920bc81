package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneOffsetTransitionRule;
import java.time.zone.ZoneRules;
import java.util.stream.Stream;

/**
 * The hours, days or months of a time zone. Hours are those of UTC: where clocks are moved by half an hour, those of the
 * zone would not all be as long. Days are from midnight to midnight, so of 23 or 25 hours where clocks change; where a day has no
 * midnight, it begins with its first moment.
 *
 * <p>Times are milliseconds since the epoch.
 */
public record Periods(Grain grain, ZoneId zone) {
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

    public Periods {
        requireNonNull(grain, "grain is null");
        requireNonNull(zone, "zone is null");
    }

    /** Start of the period in which the instant lies. */
    public long startOf(long millis) {
        if (grain == Grain.HOUR) {
            return Math.floorDiv(millis, HOUR_MILLIS) * HOUR_MILLIS;
        }
        return millis(firstDay(Instant.ofEpochMilli(millis).atZone(zone).toLocalDate()));
    }

    /** End, exclusive, of the period in which the instant lies: the start of the next. */
    public long endOf(long millis) {
        if (grain == Grain.HOUR) {
            return startOf(millis) + HOUR_MILLIS;
        }
        LocalDate first = firstDay(Instant.ofEpochMilli(millis).atZone(zone).toLocalDate());
        return millis(first.plus(1, grain == Grain.DAY ? ChronoUnit.DAYS : ChronoUnit.MONTHS));
    }

    /**
     * Whether every period since 1970 begins and ends between two spans of that size, which are aligned to the epoch: windows, or
     * the hours of UTC.
     */
    public boolean holdWhole(long spanMillis) {
        if (grain == Grain.HOUR) {
            return HOUR_MILLIS % spanMillis == 0;
        }
        return DAY_MILLIS % spanMillis == 0
                && offsets().allMatch(each -> each.getTotalSeconds() * 1000L % spanMillis == 0);
    }

    /** All that the zone has had since 1970, or will have. */
    private Stream<ZoneOffset> offsets() {
        ZoneRules rules = zone.getRules();
        Stream<ZoneOffset> first = Stream.of(rules.getOffset(Instant.EPOCH));
        Stream<ZoneOffset> since = rules.getTransitions().stream()
                .filter(each -> each.getInstant().isAfter(Instant.EPOCH))
                .map(ZoneOffsetTransition::getOffsetAfter);
        Stream<ZoneOffset> further = rules.getTransitionRules().stream().map(ZoneOffsetTransitionRule::getOffsetAfter);
        return Stream.of(first, since, further).flatMap(each -> each);
    }

    private LocalDate firstDay(LocalDate day) {
        return grain == Grain.MONTH ? day.withDayOfMonth(1) : day;
    }

    private long millis(LocalDate day) {
        return day.atStartOfDay(zone).toInstant().toEpochMilli();
    }
}
