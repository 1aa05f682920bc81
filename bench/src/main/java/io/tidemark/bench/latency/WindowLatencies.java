package io.tidemark.bench.latency;

import io.tidemark.model.TumblingWindows;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * From when a window is due until its row of a host is there with the right number of hits. Due is its end plus the
 * watermark's delay, by event time, which is the time at which events are due to be sent. Thread-safe.
 */
final class WindowLatencies {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int DIGITS = 3;

    private final TumblingWindows windows;
    private final long delayMillis;
    private final Load.Span measured;
    private final TreeMap<Long, Map<String, Long>> missing = new TreeMap<>();
    private final Histogram micros = new Histogram(DIGITS);
    private int seen;

    /** @param measured windows that become due in it are recorded */
    WindowLatencies(TumblingWindows windows, Duration delay, Load.Span measured) {
        this.windows = windows;
        this.delayMillis = delay.toMillis();
        this.measured = measured;
    }

    /** All events of the window are sent; these are its hits by host. */
    synchronized void closed(long windowStartMillis, Map<String, Long> hits) {
        missing.put(windowStartMillis, new HashMap<>(hits));
    }

    /** Starts of the windows that are due by then and have not all their rows yet, the oldest first. */
    synchronized List<Long> awaited(long nowNanos) {
        return missing.keySet().stream()
                .filter(start -> dueNanos(start) <= nowNanos)
                .toList();
    }

    /**
     * The rows that the window was seen to have at that time, nanoseconds since the epoch. A row that has not all its hits
     * yet does not count.
     */
    synchronized void seen(long windowStartMillis, Map<String, Long> hits, long atNanos) {
        Map<String, Long> left = missing.getOrDefault(windowStartMillis, Map.of());
        if (left.isEmpty()) {
            return;
        }
        long due = dueNanos(windowStartMillis);
        left.entrySet().removeIf(host -> {
            boolean whole = host.getValue().equals(hits.get(host.getKey()));
            if (whole && measured.holds(due)) {
                micros.recordValue(Math.max(0, atNanos - due) / 1_000);
            }
            return whole;
        });
        if (left.isEmpty()) {
            missing.remove(windowStartMillis);
            seen += measured.holds(due) ? 1 : 0;
        }
    }

    private long dueNanos(long windowStartMillis) {
        return (windowStartMillis + windows.sizeMillis() + delayMillis) * NANOS_PER_MILLI;
    }

    /** Of the windows that became due while it was measured, how many have all their rows. */
    synchronized int windows() {
        return seen;
    }

    /** In microseconds, of each window and host. */
    synchronized Histogram micros() {
        return micros.copy();
    }
}
