package io.tidemark.bench.latency;

import java.util.ArrayList;
import java.util.List;

/**
 * Looks for the highest rate that a system can bear: up by a factor until one is too high, then by halves between the last
 * two. A rate is too high if it was so twice in a row, since a busy machine can spoil one trial.
 */
final class RateSearch {
    private static final double LOWEST = 100;
    private static final int ATTEMPTS = 2;

    private final double factor;
    private final double precision;
    private final List<Step> steps = new ArrayList<>();

    /**
     * One trial.
     *
     * @param fault why the rate is too high; empty if it is not
     */
    record Step(double eventsPerSecond, String fault) {}

    /** Tries a rate, for long enough to tell. */
    @FunctionalInterface
    interface Trial {
        /** Why the rate is too high; empty if it is not. */
        String fault(double eventsPerSecond) throws Exception;
    }

    /**
     * A search.
     *
     * @param factor between rates as long as they can be borne, above 1
     * @param precision the search ends when the lowest rate that is too high is at most this part higher, e.g. 0.1
     */
    RateSearch(double factor, double precision) {
        if (!(factor > 1 && precision > 0)) {
            throw new IllegalArgumentException(
                    "factor must be above 1 and precision above 0; were %s and %s".formatted(factor, precision));
        }
        this.factor = factor;
        this.precision = precision;
    }

    /**
     * The highest rate that was borne.
     *
     * @param first events per second to begin with
     * @throws IllegalStateException if hardly any rate can be borne
     */
    double highest(double first, Trial trial) throws Exception {
        double borne = first;
        while (!isBorne(borne, trial)) {
            borne /= factor;
            if (borne < LOWEST) {
                throw new IllegalStateException("Not even %.0f events/s could be borne".formatted(borne * factor));
            }
        }
        double tooHigh = borne < first ? borne * factor : Double.POSITIVE_INFINITY;
        while (tooHigh > borne * (1 + precision)) {
            double next = Double.isInfinite(tooHigh) ? borne * factor : Math.sqrt(borne * tooHigh);
            if (isBorne(next, trial)) {
                borne = next;
            } else {
                tooHigh = next;
            }
        }
        return borne;
    }

    private boolean isBorne(double eventsPerSecond, Trial trial) throws Exception {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Step step = new Step(eventsPerSecond, trial.fault(eventsPerSecond));
            steps.add(step);
            if (step.fault().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** All trials so far, in their order. */
    List<Step> steps() {
        return List.copyOf(steps);
    }
}
