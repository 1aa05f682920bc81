package io.tidemark.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.TumblingWindows;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WindowLatenciesTest {
    private static final TumblingWindows WINDOWS = TumblingWindows.of(Duration.ofSeconds(10));
    private static final Duration DELAY = Duration.ofSeconds(15);
    private static final long START = 60_000;

    /** End of the window and delay, in nanoseconds. */
    private static final long DUE = 85_000_000_000L;

    private static WindowLatencies latencies(long from, long to) {
        return new WindowLatencies(WINDOWS, DELAY, new Load.Span(from, to));
    }

    @Test
    void aWindowIsAwaitedFromWhenItIsDueUntilAllItsHostsAreThere() {
        WindowLatencies latencies = latencies(0, Long.MAX_VALUE);
        latencies.closed(START, Map.of("a", 3L, "b", 4L));
        assertThat(latencies.awaited(DUE - 1)).isEmpty();
        assertThat(latencies.awaited(DUE)).containsExactly(START);
        latencies.seen(START, Map.of("a", 3L), DUE + 20_000);
        assertThat(latencies.awaited(DUE)).containsExactly(START);
        assertThat(latencies.windows()).isZero();
        latencies.seen(START, Map.of("a", 3L, "b", 4L), DUE + 50_000);
        assertThat(latencies.awaited(DUE)).isEmpty();
        assertThat(latencies.windows()).isEqualTo(1);
        assertThat(latencies.micros().getTotalCount()).isEqualTo(2);
        assertThat(latencies.micros().getMinValue()).isEqualTo(20);
        assertThat(latencies.micros().getMaxValue()).isEqualTo(50);
    }

    @Test
    void aRowThatLacksHitsIsNotThereYet() {
        WindowLatencies latencies = latencies(0, Long.MAX_VALUE);
        latencies.closed(START, Map.of("a", 3L));
        latencies.seen(START, Map.of("a", 2L), DUE + 20_000);
        assertThat(latencies.awaited(DUE)).containsExactly(START);
        latencies.seen(START, Map.of("a", 3L), DUE + 90_000);
        assertThat(latencies.micros().getMinValue()).isEqualTo(90);
    }

    @Test
    void windowsThatAreDueOutsideOfTheTimeMeasuredAreAwaitedButNotRecorded() {
        WindowLatencies latencies = latencies(DUE, DUE + 1);
        for (long start : new long[] {START - 10_000, START, START + 10_000}) {
            latencies.closed(start, Map.of("a", 1L));
        }
        long late = DUE + 60_000_000_000L;
        assertThat(latencies.awaited(late)).containsExactly(START - 10_000, START, START + 10_000);
        latencies.awaited(late).forEach(start -> latencies.seen(start, Map.of("a", 1L), late));
        assertThat(latencies.awaited(late)).isEmpty();
        assertThat(latencies.windows()).isEqualTo(1);
        assertThat(latencies.micros().getTotalCount()).isEqualTo(1);
    }

    @Test
    void whatNobodyWaitsForIsPassedOver() {
        WindowLatencies latencies = latencies(0, Long.MAX_VALUE);
        latencies.seen(START, Map.of("a", 1L), DUE);
        assertThat(latencies.micros().getTotalCount()).isZero();
        assertThat(latencies.windows()).isZero();
    }
}
