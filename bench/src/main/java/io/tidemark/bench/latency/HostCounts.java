package io.tidemark.bench.latency;

import io.tidemark.bench.input.Oracle.HitKey;
import io.tidemark.model.TumblingWindows;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts hits by window and host as they are sent, in the order of their time. Not thread-safe. */
final class HostCounts {
    private final TumblingWindows windows;
    private final List<String> hosts;
    private final Map<HitKey, Long> all = new HashMap<>();
    private long[] open;
    private long openStart = Long.MIN_VALUE;

    HostCounts(TumblingWindows windows, List<String> hosts) {
        this.windows = windows;
        this.hosts = hosts;
        this.open = new long[hosts.size()];
    }

    /** Is told of a window that nothing more comes to. */
    interface Closed {
        void closed(long windowStartMillis, Map<String, Long> hitsByHost);
    }

    /**
     * Counts an event.
     *
     * @param host index of its host
     * @param closed is told if the event is the first of a later window than the one before
     */
    void add(long eventTimeMillis, int host, Closed closed) {
        long start = windows.startOf(eventTimeMillis);
        if (start != openStart) {
            close(closed);
            openStart = start;
        }
        open[host]++;
    }

    /** Nothing more comes to the window that is open, if one is. */
    void close(Closed closed) {
        if (openStart == Long.MIN_VALUE) {
            return;
        }
        Map<String, Long> hits = new HashMap<>();
        for (int i = 0; i < open.length; i++) {
            if (open[i] > 0) {
                hits.put(hosts.get(i), open[i]);
                all.put(new HitKey(openStart, hosts.get(i), ""), open[i]);
            }
        }
        closed.closed(openStart, hits);
        open = new long[hosts.size()];
        openStart = Long.MIN_VALUE;
    }

    /** Hits of every window that was closed, by window and host. */
    Map<HitKey, Long> all() {
        return Map.copyOf(all);
    }
}
