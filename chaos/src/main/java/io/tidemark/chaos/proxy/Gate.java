package io.tidemark.chaos.proxy;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** What lets bytes through, holds them back for a while, or keeps them until it is opened again. Thread-safe. */
final class Gate {
    private final Set<Direction> shut = EnumSet.noneOf(Direction.class);
    private Duration delay = Duration.ZERO;

    synchronized void shut(Direction direction) {
        shut.add(direction);
    }

    synchronized void delay(Duration each) {
        delay = each;
    }

    synchronized void open() {
        shut.clear();
        delay = Duration.ZERO;
        notifyAll();
    }

    /** Returns once bytes that go that way may pass. */
    void pass(Direction direction) throws InterruptedException {
        Duration wait;
        synchronized (this) {
            wait = delay;
        }
        if (!wait.isZero()) {
            Thread.sleep(wait.toMillis());
        }
        synchronized (this) {
            while (shut.contains(direction)) {
                wait();
            }
        }
    }
}
