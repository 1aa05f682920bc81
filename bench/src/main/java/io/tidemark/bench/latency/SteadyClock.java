package io.tidemark.bench.latency;

import java.time.Clock;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Nanoseconds since the epoch that never jump: the time of day when it was made, carried on by the machine's steady clock. So
 * event times and latencies are on one scale.
 */
final class SteadyClock implements LongSupplier {
    private final long offset;

    SteadyClock(Clock timeOfDay) {
        Instant now = timeOfDay.instant();
        this.offset = now.getEpochSecond() * 1_000_000_000L + now.getNano() - System.nanoTime();
    }

    @Override
    public long getAsLong() {
        return System.nanoTime() + offset;
    }
}
