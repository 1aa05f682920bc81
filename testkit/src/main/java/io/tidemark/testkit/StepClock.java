package io.tidemark.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock in UTC that stands still until it is moved on. Not thread-safe. */
public final class StepClock extends Clock {
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");

    /** Moves on. */
    public void forward(Duration step) {
        now = now.plus(step);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("There is UTC only; was asked for " + zone);
    }

    @Override
    public Instant instant() {
        return now;
    }
}
