package io.tidemark.bench.input;

import io.tidemark.model.TumblingWindows;
import java.util.HashMap;
import java.util.Map;

/** Hits by window, host and referrer, counted by the one who made the events. Not thread-safe. */
public final class Oracle {
    private final TumblingWindows windows;
    private final Map<HitKey, Long> hits = new HashMap<>();
    private long events;

    /**
     * What is counted.
     *
     * @param windowStartMillis milliseconds since the epoch
     * @param referrer empty for counts by host
     */
    public record HitKey(long windowStartMillis, String host, String referrer) {
        HitKey byHost() {
            return new HitKey(windowStartMillis, host, "");
        }
    }

    public Oracle(TumblingWindows windows) {
        this.windows = windows;
    }

    public void add(long eventTimeMillis, String host, String referrer) {
        hits.merge(new HitKey(windows.startOf(eventTimeMillis), host, referrer), 1L, Long::sum);
        events++;
    }

    /** Takes over what another one counted. */
    public void add(Oracle other) {
        other.hits.forEach((key, count) -> hits.merge(key, count, Long::sum));
        events += other.events;
    }

    public long events() {
        return events;
    }

    public Map<HitKey, Long> byHostAndReferrer() {
        return Map.copyOf(hits);
    }

    public Map<HitKey, Long> byHost() {
        Map<HitKey, Long> sums = new HashMap<>();
        hits.forEach((key, count) -> sums.merge(key.byHost(), count, Long::sum));
        return sums;
    }
}
