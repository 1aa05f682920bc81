package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * What a window counted for one host; absolute values, so that writing it twice changes nothing. Both results of the
 * aggregation travel together, so that their sums agree for every reader.
 *
 * @param windowStartMillis milliseconds since the epoch, UTC
 * @param host the site
 * @param hitsByReferrer hits by referrer, {@code ""} for none; not empty; not copied, since it may hold a million keys
 */
public record WindowCounts(long windowStartMillis, String host, Map<String, Long> hitsByReferrer) {
    public WindowCounts {
        requireNonNull(host, "host is null");
        requireNonNull(hitsByReferrer, "hitsByReferrer is null");
    }

    /** Hits of the host in the window: the sum over its referrers. */
    public long hits() {
        long sum = 0;
        for (long hits : hitsByReferrer.values()) {
            sum += hits;
        }
        return sum;
    }
}
