package io.tidemark.model;

import java.io.Serializable;
import java.time.Duration;

/**
 * Windows of one size, side by side, aligned to the epoch: {@code [start, start + size)}.
 *
 * @param sizeMillis milliseconds, positive
 */
public record TumblingWindows(long sizeMillis) implements Serializable {

    public TumblingWindows {
        if (sizeMillis <= 0) {
            throw new IllegalArgumentException("Window size must be positive; was " + sizeMillis + " ms");
        }
    }

    public static TumblingWindows of(Duration size) {
        return new TumblingWindows(size.toMillis());
    }

    /** Start of the window that holds the timestamp; right before 1970 too. Both in milliseconds since the epoch. */
    public long startOf(long timestampMillis) {
        return timestampMillis - Math.floorMod(timestampMillis, sizeMillis);
    }

    /** The last timestamp of the window; a watermark at or past it closes the window. */
    public long maxTimestamp(long windowStart) {
        return windowStart + sizeMillis - 1;
    }
}
