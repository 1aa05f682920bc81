package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class PeriodsTest {
    private static final long HOUR = 3_600_000;
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Test
    void aPeriodHoldsItsStartAndNotItsEnd() {
        Periods hours = new Periods(Grain.HOUR, ZoneOffset.UTC);
        assertThat(at(hours.startOf(millis("2026-03-01T12:59:59.999Z")))).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(at(hours.startOf(millis("2026-03-01T13:00:00Z")))).isEqualTo("2026-03-01T13:00:00Z");
        assertThat(at(hours.endOf(millis("2026-03-01T12:00:00Z")))).isEqualTo("2026-03-01T13:00:00Z");
        assertThat(hours.startOf(-1)).isEqualTo(-HOUR);
    }

    @Test
    void daysAreOf23And25HoursWhereClocksChange() {
        Periods days = new Periods(Grain.DAY, BERLIN);
        assertThat(at(days.startOf(millis("2026-03-29T12:00:00Z")))).isEqualTo("2026-03-28T23:00:00Z");
        assertThat(hours(days, "2026-03-29T12:00:00Z")).isEqualTo(23);
        assertThat(hours(days, "2026-10-25T12:00:00Z")).isEqualTo(25);
        assertThat(hours(days, "2026-10-26T12:00:00Z")).isEqualTo(24);
    }

    @Test
    void aDayWithoutMidnightBeginsWithItsFirstMoment() {
        Periods days = new Periods(Grain.DAY, ZoneId.of("America/Sao_Paulo"));
        assertThat(at(days.startOf(millis("2018-11-04T12:00:00Z")))).isEqualTo("2018-11-04T03:00:00Z");
        assertThat(hours(days, "2018-11-04T12:00:00Z")).isEqualTo(23);
    }

    @Test
    void monthsAreThoseOfTheZone() {
        Periods months = new Periods(Grain.MONTH, BERLIN);
        assertThat(at(months.startOf(millis("2026-02-28T23:00:00Z")))).isEqualTo("2026-02-28T23:00:00Z");
        assertThat(at(months.endOf(millis("2026-02-28T23:00:00Z")))).isEqualTo("2026-03-31T22:00:00Z");
    }

    @Test
    void windowsFitWherePeriodsBeginAndEndBetweenThem() {
        assertThat(new Periods(Grain.HOUR, BERLIN).holdWhole(300_000)).isTrue();
        assertThat(new Periods(Grain.HOUR, BERLIN).holdWhole(7 * 60_000)).isFalse();
        assertThat(new Periods(Grain.HOUR, BERLIN).holdWhole(2 * HOUR)).isFalse();
        assertThat(new Periods(Grain.DAY, ZoneOffset.UTC).holdWhole(2 * HOUR)).isTrue();
        assertThat(new Periods(Grain.DAY, BERLIN).holdWhole(2 * HOUR)).isFalse();
        assertThat(new Periods(Grain.DAY, BERLIN).holdWhole(HOUR)).isTrue();
        assertThat(new Periods(Grain.DAY, ZoneId.of("Asia/Kathmandu")).holdWhole(HOUR))
                .isFalse();
        assertThat(new Periods(Grain.DAY, ZoneId.of("Asia/Kathmandu")).holdWhole(900_000))
                .isTrue();
        // Had half an hour until 1982.
        assertThat(new Periods(Grain.MONTH, ZoneId.of("Asia/Singapore")).holdWhole(HOUR))
                .isFalse();
    }

    private static long hours(Periods days, String instant) {
        return (days.endOf(millis(instant)) - days.startOf(millis(instant))) / HOUR;
    }

    private static String at(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
