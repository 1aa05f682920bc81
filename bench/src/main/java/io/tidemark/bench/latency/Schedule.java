package io.tidemark.bench.latency;

/**
 * When each event is to be sent, whatever becomes of those before it.
 *
 * @param startNanos when event 0 is due, nanoseconds since the epoch
 * @param eventsPerSecond positive
 */
record Schedule(long startNanos, double eventsPerSecond) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** When the event of that number is due, nanoseconds since the epoch. */
    long dueNanos(long number) {
        return startNanos + (long) (number * NANOS_PER_SECOND / eventsPerSecond);
    }

    /** How many events are due at that time; the number of the first one that is not. */
    long dueBy(long nowNanos) {
        if (nowNanos < startNanos) {
            return 0;
        }
        long number = (long) ((nowNanos - startNanos) / NANOS_PER_SECOND * eventsPerSecond);
        // The arithmetic is not exact; dueNanos() has the last word.
        while (number > 0 && dueNanos(number - 1) > nowNanos) {
            number--;
        }
        while (dueNanos(number) <= nowNanos) {
            number++;
        }
        return number;
    }
}
