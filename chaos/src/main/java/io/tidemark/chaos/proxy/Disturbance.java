package io.tidemark.chaos.proxy;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** One thing that goes wrong on a link until it is ended; others on the same link go on. Thread-safe. */
public final class Disturbance {
    private final long most;
    private final Consumer<Disturbance> undo;
    private final AtomicLong met = new AtomicLong();

    /**
     * One that is still to be put in place.
     *
     * @param most how many it meets before it has spent itself
     * @param undo takes it away; changes nothing if it is away already
     */
    Disturbance(long most, Consumer<Disturbance> undo) {
        this.most = most;
        this.undo = undo;
    }

    /** Counts one more; false if it has spent itself. */
    boolean meet() {
        return met.getAndUpdate(before -> Math.min(most, before + 1)) < most;
    }

    /** How many chunks of bytes had to wait, or answers were lost, so far. */
    public long met() {
        return met.get();
    }

    /** Ends it; once is enough. */
    public void end() {
        undo.accept(this);
    }
}
