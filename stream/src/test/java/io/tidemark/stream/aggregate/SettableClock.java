package io.tidemark.stream.aggregate;

import org.apache.flink.util.clock.RelativeClock;

/** Stands still unless set. */
final class SettableClock implements RelativeClock {
    long millis;

    @Override
    public long relativeTimeMillis() {
        return millis;
    }

    @Override
    public long relativeTimeNanos() {
        return millis * 1_000_000;
    }
}
