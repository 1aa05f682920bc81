package io.tidemark.bench.latency;

import java.time.Duration;

/**
 * How much is sent, and which of it counts.
 *
 * @param eventsPerSecond all partitions together, evenly spaced
 * @param warmUp sent first and not measured: at least as long as it takes the first window to become due
 * @param measured events meant to be sent in this time, and windows that become due in it, are measured
 * @param tail sent last and not measured, so that what is measured last is not measured on a system at rest
 */
record Load(double eventsPerSecond, Duration warmUp, Duration measured, Duration tail) {
    Load {
        if (!(eventsPerSecond > 0)) {
            throw new IllegalArgumentException("eventsPerSecond must be positive; was " + eventsPerSecond);
        }
        if (warmUp.isNegative() || measured.isNegative() || tail.isNegative()) {
            throw new IllegalArgumentException("warmUp, measured and tail must not be negative; were %s, %s, %s"
                    .formatted(warmUp, measured, tail));
        }
    }

    Schedule startingAt(long startNanos) {
        return new Schedule(startNanos, eventsPerSecond);
    }

    /** How many events are sent, those that are not measured included. */
    long events() {
        return Math.round(eventsPerSecond * warmUp.plus(measured).plus(tail).toNanos() / 1e9);
    }

    /** The time that counts, of a run that starts then. */
    Span measured(long startNanos) {
        long from = startNanos + warmUp.toNanos();
        return new Span(from, from + measured.toNanos());
    }

    /**
     * A time.
     *
     * @param fromNanos nanoseconds since the epoch, inclusive
     * @param toNanos nanoseconds since the epoch, exclusive
     */
    record Span(long fromNanos, long toNanos) {
        boolean holds(long nanos) {
            return nanos >= fromNanos && nanos < toNanos;
        }
    }
}
