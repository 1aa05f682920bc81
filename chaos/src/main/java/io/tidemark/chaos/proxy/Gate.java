package io.tidemark.chaos.proxy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What lets bytes through, holds them back for a while, or keeps them until it is opened again. Several cuts and delays
 * may be on at once, each until it is ended itself; delays add up. Thread-safe.
 */
final class Gate {
    private final Map<Disturbance, Direction> cuts = new HashMap<>();
    private final Map<Disturbance, Duration> delays = new HashMap<>();

    synchronized Disturbance shut(Direction direction) {
        Disturbance cut = new Disturbance(Long.MAX_VALUE, this::end);
        cuts.put(cut, direction);
        return cut;
    }

    synchronized Disturbance delay(Duration each) {
        Disturbance delay = new Disturbance(Long.MAX_VALUE, this::end);
        delays.put(delay, each);
        return delay;
    }

    private synchronized void end(Disturbance one) {
        cuts.remove(one);
        delays.remove(one);
        notifyAll();
    }

    /** Ends all of them. */
    synchronized void open() {
        cuts.clear();
        delays.clear();
        notifyAll();
    }

    /** Returns once bytes that go that way may pass. */
    void pass(Direction direction) throws InterruptedException {
        Duration wait = delay();
        if (!wait.isZero()) {
            Thread.sleep(wait.toMillis());
        }
        synchronized (this) {
            cuts.forEach((cut, way) -> {
                if (way == direction) {
                    cut.meet();
                }
            });
            while (cuts.containsValue(direction)) {
                wait();
            }
        }
    }

    private synchronized Duration delay() {
        delays.keySet().forEach(Disturbance::meet);
        return delays.values().stream().reduce(Duration.ZERO, Duration::plus);
    }
}
