package io.tidemark.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateSearchTest {
    private static final double PRECISION = 0.1;

    /** A queue that is served at a rate, looked at twice a second for half a minute. */
    private static String fault(double eventsPerSecond, double capacity) {
        List<Lag> lags = new ArrayList<>();
        double waiting = eventsPerSecond * 0.2;
        for (int i = 0; i < 60; i++) {
            waiting += Math.max(0, eventsPerSecond - capacity) / 2;
            // The sawtooth of a flush interval.
            lags.add(new Lag(i * 500_000_000L, (long) (waiting + (i % 3) * 0.1 * eventsPerSecond), 0.5));
        }
        return new Lags(lags, eventsPerSecond).fault();
    }

    @Test
    void theHighestRateOfASimulatedSystemIsFound() throws Exception {
        for (double capacity : new double[] {700, 9_000, 10_000, 23_456, 180_000}) {
            RateSearch search = new RateSearch(1.5, PRECISION);
            double highest = search.highest(10_000, rate -> fault(rate, capacity));
            assertThat(highest)
                    .as("capacity %.0f: %s", capacity, search.steps())
                    .isBetween(capacity / (1 + PRECISION), capacity * 1.01);
        }
    }

    @Test
    void aRateThatWasTooHighOnlyOnceIsBorne() throws Exception {
        RateSearch search = new RateSearch(2, PRECISION);
        List<Double> tried = new ArrayList<>();
        double highest = search.highest(1_000, rate -> {
            tried.add(rate);
            return tried.size() == 1 || rate > 1_500 ? "too high" : "";
        });
        assertThat(highest).isBetween(1_500 / 1.1, 1_500.0);
        assertThat(tried).startsWith(1_000.0, 1_000.0, 2_000.0, 2_000.0);
        assertThat(search.steps()).hasSameSizeAs(tried).first().isEqualTo(new RateSearch.Step(1_000, "too high"));
    }

    @Test
    void aSystemThatBearsNothingIsNamed() {
        assertThatThrownBy(() -> new RateSearch(2, PRECISION).highest(400, rate -> "too high"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Not even 100 events/s could be borne");
    }

    @Test
    void aRateThatIsFarTooHighIsToldByHowFarRowsAreBehind() {
        assertThat(fault(20_000, 10_000)).matches("rows are 1\\d\\.\\d s behind");
        assertThat(fault(10_150, 10_000)).startsWith("rows fall behind, from 0.3");
        assertThat(fault(10_000, 10_000)).isEmpty();
    }

    @Test
    void windowsThatAreBehindAreAFaultToo() {
        List<Lag> lags = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            lags.add(new Lag(i, 0, i < 4 ? 0.5 : 9));
        }
        assertThat(new Lags(lags, 1_000).fault()).isEqualTo("windows are 9.0 s behind");
        assertThat(new Lags(lags.subList(0, 4), 1_000).fault()).isEmpty();
        assertThat(new Lags(lags.subList(0, 3), 1_000).fault()).isEqualTo("not measured for long enough");
    }

    @Test
    void anEventOnItsWayIsNoBacklogWhereEventsAreSecondsApart() {
        List<Lag> lags = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            lags.add(new Lag(i, i < 4 ? 0 : 2, 0));
        }
        assertThat(new Lags(lags, 0.5).fault()).isEmpty();
    }
}
