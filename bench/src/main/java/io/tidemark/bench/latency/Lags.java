package io.tidemark.bench.latency;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Whether a system keeps up: what it is behind stays small and does not grow. Medians of the first and the last quarter are
 * compared, so that one pause, as of a checkpoint, decides nothing.
 */
final class Lags {
    /** Of a system that keeps up, in seconds' worth of events. */
    static final double LARGEST_SECONDS = 1;

    /** From the first to the last quarter, in seconds' worth of events. */
    static final double LARGEST_GROWTH_SECONDS = 0.25;

    /** Progress is told once a second only. */
    static final double LARGEST_OF_WINDOWS_SECONDS = 3;

    /** Where events are seconds apart, one that is on its way is no backlog. */
    private static final int FEW_EVENTS = 10;

    private static final int QUARTERS = 4;

    private final List<Lag> measured;
    private final double eventsPerSecond;

    /** @param measured in the order of time, without those of the warm-up */
    Lags(List<Lag> measured, double eventsPerSecond) {
        this.measured = List.copyOf(measured);
        this.eventsPerSecond = eventsPerSecond;
    }

    /** What keeps the system from being called one that keeps up; empty if nothing does. */
    String fault() {
        if (measured.size() < QUARTERS) {
            return "not measured for long enough";
        }
        double first = median(quarter(0), this::seconds);
        double last = median(quarter(QUARTERS - 1), this::seconds);
        double windows = median(quarter(QUARTERS - 1), Lag::windowsSeconds);
        if (last >= LARGEST_SECONDS) {
            return "rows are %.1f s behind".formatted(last);
        } else if (last - first >= LARGEST_GROWTH_SECONDS) {
            return "rows fall behind, from %.2f s to %.2f s".formatted(first, last);
        }
        return windows >= LARGEST_OF_WINDOWS_SECONDS ? "windows are %.1f s behind".formatted(windows) : "";
    }

    private double seconds(Lag lag) {
        return lag.events() < FEW_EVENTS ? 0 : lag.events() / eventsPerSecond;
    }

    private List<Lag> quarter(int number) {
        int size = measured.size();
        return measured.subList(size * number / QUARTERS, size * (number + 1) / QUARTERS);
    }

    private static double median(List<Lag> lags, ToDoubleFunction<Lag> figure) {
        double[] sorted = lags.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
