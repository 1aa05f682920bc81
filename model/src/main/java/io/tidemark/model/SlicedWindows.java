package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;

/**
 * Windows that are made of slices: stretches of time side by side, aligned to the epoch. What is counted by slice need be counted
 * once, however many windows hold the slice; a window is its slices together. Each window is told by its end. All times are
 * milliseconds since the epoch.
 *
 * @param kind how windows lie
 * @param sizeMillis of a window; of cumulating ones, of the last and longest
 * @param everyMillis length of a slice, and from one window's end to the next one's; the size is a multiple of it
 */
public record SlicedWindows(Kind kind, long sizeMillis, long everyMillis) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Each is a row for every group in it, and each late event touches as many. */
    private static final int MOST_OF_A_SLICE = 2_000;

    /** How windows lie. */
    public enum Kind {
        /** Side by side. */
        TUMBLE,
        /** One begins at each slice, and they overlap. */
        HOP,
        /** All that begin together grow slice by slice up to the size; then the next begin. */
        CUMULATE
    }

    public SlicedWindows {
        requireNonNull(kind, "kind is null");
        if (sizeMillis <= 0 || everyMillis <= 0) {
            throw new IllegalArgumentException(
                    "durations must be positive; were %s and %s".formatted(show(sizeMillis), show(everyMillis)));
        }
        if (sizeMillis % everyMillis != 0 || (kind == Kind.TUMBLE && sizeMillis != everyMillis)) {
            throw new IllegalArgumentException(
                    "size must be a multiple of every, e.g. size: 1h, every: 5m; was %s and %s"
                            .formatted(show(sizeMillis), show(everyMillis)));
        }
        if (sizeMillis / everyMillis > MOST_OF_A_SLICE) {
            throw new IllegalArgumentException("size may be at most %,d times every; was %s and %s"
                    .formatted(MOST_OF_A_SLICE, show(sizeMillis), show(everyMillis)));
        }
    }

    public static SlicedWindows tumble(Duration size) {
        return new SlicedWindows(Kind.TUMBLE, size.toMillis(), size.toMillis());
    }

    public static SlicedWindows hop(Duration size, Duration every) {
        return new SlicedWindows(Kind.HOP, size.toMillis(), every.toMillis());
    }

    public static SlicedWindows cumulate(Duration size, Duration every) {
        return new SlicedWindows(Kind.CUMULATE, size.toMillis(), every.toMillis());
    }

    /** The same windows as these. */
    public static SlicedWindows of(TumblingWindows windows) {
        return new SlicedWindows(Kind.TUMBLE, windows.sizeMillis(), windows.sizeMillis());
    }

    /** Whether each window is one slice, and so none overlap. */
    public boolean areSlices() {
        return sizeMillis == everyMillis;
    }

    /** Start of the slice that holds the timestamp. */
    public long sliceOf(long timestamp) {
        return timestamp - Math.floorMod(timestamp, everyMillis);
    }

    /** End of the first window that holds the slice; further ones end each {@link #everyMillis} later. */
    public long firstEnd(long slice) {
        return slice + everyMillis;
    }

    /** End of the last window that holds the slice. */
    public long lastEnd(long slice) {
        return (kind == Kind.CUMULATE ? slice - Math.floorMod(slice, sizeMillis) : slice) + sizeMillis;
    }

    /** Start of the window that ends then. */
    public long startOf(long end) {
        return kind == Kind.CUMULATE
                ? end - everyMillis - Math.floorMod(end - everyMillis, sizeMillis)
                : end - sizeMillis;
    }

    /** Start of the first window that holds the timestamp. */
    public long firstStart(long timestamp) {
        return startOf(firstEnd(sliceOf(timestamp)));
    }

    /** Start of the last window that holds the timestamp. */
    public long lastStart(long timestamp) {
        return startOf(lastEnd(sliceOf(timestamp)));
    }

    /** Whether there is such a window. */
    public boolean has(long start, long size) {
        long end = start + size;
        return Math.floorMod(end, everyMillis) == 0 && startOf(end) == start;
    }

    /**
     * Makes sure that each is made of windows of another size.
     *
     * @throws IllegalArgumentException if it is not
     */
    public void requireMadeOf(TumblingWindows windows) {
        if (everyMillis % windows.sizeMillis() != 0) {
            throw new IllegalArgumentException("window %s: %s is no multiple of --window %s"
                    .formatted(this, show(everyMillis), show(windows.sizeMillis())));
        }
    }

    /** As a file of aggregates says it. */
    @Override
    public String toString() {
        return kind == Kind.TUMBLE
                ? "{tumble: %s}".formatted(show(sizeMillis))
                : "{%s: {size: %s, every: %s}}"
                        .formatted(kind == Kind.HOP ? "hop" : "cumulate", show(sizeMillis), show(everyMillis));
    }

    private static String show(long millis) {
        return DurationText.show(Duration.ofMillis(millis));
    }
}
