package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventPartitionTest {
    private static final long TODAY = LocalDate.of(2026, 11, 28).toEpochDay();

    private static EventPartition around(String day, EventPartition... others) {
        return EventPartition.around(LocalDate.parse(day).toEpochDay(), TODAY, List.of(others));
    }

    private static EventPartition partition(String name, String from, String to) {
        return new EventPartition(name, millis(from), millis(to));
    }

    private static long millis(String day) {
        return LocalDate.parse(day).toEpochDay() * EventPartition.DAY_MILLIS;
    }

    @Test
    void recentDaysHaveAPartitionEach() {
        assertThat(around("2026-11-28"))
                .isEqualTo(partition("processed_events_2026_11_28", "2026-11-28", "2026-11-29"));
        assertThat(around("2026-07-31"))
                .isEqualTo(partition("processed_events_2026_07_31", "2026-07-31", "2026-08-01"));
    }

    @Test
    void olderDaysShareTheirMonths() {
        assertThat(around("2026-07-30")).isEqualTo(partition("processed_events_2026_07", "2026-07-01", "2026-08-01"));
        assertThat(around("2016-02-29")).isEqualTo(partition("processed_events_2016_02", "2016-02-01", "2016-03-01"));
    }

    @Test
    void whatIsOlderThanTheWebIsInOne() {
        EventPartition before = around("1992-12-31");
        assertThat(before)
                .isEqualTo(new EventPartition("processed_events_before_1993", Long.MIN_VALUE, millis("1993-01-01")));
        assertThat(around("-0001-01-01")).isEqualTo(before);
        assertThat(around("1993-01-01").name()).isEqualTo("processed_events_1993_01");
    }

    @Test
    void whatIsThereIsLeftAsItIs() {
        EventPartition day = partition("day", "2026-07-10", "2026-07-11");
        EventPartition days = partition("days", "2026-07-20", "2026-08-05");
        assertThat(around("2026-07-15", day, days))
                .isEqualTo(partition("processed_events_2026_07", "2026-07-11", "2026-07-20"));
        assertThat(around("2026-07-01", day, days))
                .isEqualTo(partition("processed_events_2026_07", "2026-07-01", "2026-07-10"));
        EventPartition former = new EventPartition("former", Long.MIN_VALUE, millis("2026-12-06"));
        assertThat(around("2026-12-06", former))
                .isEqualTo(partition("processed_events_2026_12_06", "2026-12-06", "2026-12-07"));
    }

    @Test
    void daysInAnyOrderAndAtAnyTimeNeverOverlapAndAreFew() {
        List<Long> days = new ArrayList<>();
        for (long day = LocalDate.of(1990, 1, 1).toEpochDay(); day <= TODAY; day++) {
            days.add(day);
        }
        Collections.shuffle(days, new Random(7));
        List<EventPartition> all = new ArrayList<>();
        for (long day : days) {
            if (all.stream().noneMatch(each -> each.holdsDay(day))) {
                all.add(EventPartition.around(day, TODAY, all));
            }
        }
        for (long day : days) {
            assertThat(all.stream().filter(each -> each.holdsDay(day)).count()).isOne();
        }
        assertThat(all).hasSizeLessThan(34 * 12 + EventPartition.DAYS_APART + 40);
    }
}
