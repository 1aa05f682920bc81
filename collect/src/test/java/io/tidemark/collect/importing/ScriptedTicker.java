package io.tidemark.collect.importing;

import io.tidemark.collect.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/** Does a step of a script instead of waiting; the last step again and again. */
final class ScriptedTicker implements Ticker {
    private final Queue<Step> steps = new ArrayDeque<>();

    interface Step {
        void run() throws IOException;
    }

    void whenWaiting(Step step) {
        steps.add(step);
    }

    @Override
    public long nanos() {
        throw new AssertionError("Nobody needs to know");
    }

    @Override
    public void await(Duration duration) {
        Step next = steps.size() > 1 ? steps.remove() : steps.element();
        try {
            next.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
