package io.tidemark.collect.intake;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Ids of events that Kafka has acknowledged not long ago; the oldest go first. Not thread-safe. */
final class RecentIds {
    private final long atMost;
    private final long keptNanos;
    private final LongSupplier nanos;

    /** With the time when it was added, in that order. */
    private final Map<String, Long> ids = new LinkedHashMap<>();

    /**
     * Starts empty.
     *
     * @param atMost how many are kept
     * @param kept how long
     */
    RecentIds(long atMost, Duration kept, LongSupplier nanos) {
        this.atMost = atMost;
        this.keptNanos = kept.toNanos();
        this.nanos = nanos;
    }

    void add(String id) {
        long now = nanos.getAsLong();
        ids.remove(id);
        ids.put(id, now);
        Iterator<Long> oldest = ids.values().iterator();
        while (oldest.hasNext() && (now - oldest.next() > keptNanos || ids.size() > atMost)) {
            oldest.remove();
        }
    }

    boolean contains(String id) {
        Long added = ids.get(id);
        return added != null && nanos.getAsLong() - added <= keptNanos;
    }
}
