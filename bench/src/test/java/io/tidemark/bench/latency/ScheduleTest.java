package io.tidemark.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    /** Nanoseconds of a day in November 2026: as large as they are in use, where a double's digits run out. */
    private static final long NOON = 1_795_608_000_000_000_000L;

    @Test
    void eventsAreEvenlySpaced() {
        Schedule schedule = new Schedule(NOON, 4);
        assertThat(schedule.dueNanos(0)).isEqualTo(NOON);
        assertThat(schedule.dueNanos(1)).isEqualTo(NOON + 250_000_000);
        assertThat(schedule.dueNanos(40)).isEqualTo(NOON + 10_000_000_000L);
    }

    @Test
    void asManyEventsAreDueAsHaveTheirTimeBehindThem() {
        for (double rate : new double[] {0.3, 7, 9_999.7, 123_456.789}) {
            Schedule schedule = new Schedule(NOON, rate);
            assertThat(schedule.dueBy(NOON - 1)).isZero();
            for (long number : new long[] {0, 1, 2, 17, 1_000, 12_345_678}) {
                assertThat(schedule.dueBy(schedule.dueNanos(number)))
                        .as("%s events/s, event %d", rate, number)
                        .isEqualTo(number + 1);
                assertThat(schedule.dueBy(schedule.dueNanos(number) - 1)).isEqualTo(number);
            }
        }
    }

    @Test
    void aLoadMeasuresWhatIsDueBetweenWarmUpAndTail() {
        Load load = new Load(100, Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(1));
        Load.Span measured = load.measured(NOON);
        Schedule schedule = load.startingAt(NOON);
        assertThat(load.events()).isEqualTo(900);
        assertThat(measured.holds(schedule.dueNanos(299))).isFalse();
        assertThat(measured.holds(schedule.dueNanos(300))).isTrue();
        assertThat(measured.holds(schedule.dueNanos(799))).isTrue();
        assertThat(measured.holds(schedule.dueNanos(800))).isFalse();
    }

    @Test
    void aLoadOfNothingIsRefused() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> new Load(0, second, second, second))
                .hasMessage("eventsPerSecond must be positive; was 0.0");
        assertThatThrownBy(() -> new Load(Double.NaN, second, second, second)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Load(1, second, second.negated(), second)).hasMessageContaining("PT-1S");
    }
}
