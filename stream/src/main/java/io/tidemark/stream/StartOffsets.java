package io.tidemark.stream;

import io.tidemark.model.TumblingWindows;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * The resolved start of a job.
 *
 * @param byPartition the first offset to read, for each partition of the topic
 * @param firstWindowStart start of the first window that is counted whole from here, milliseconds since the epoch;
 *     {@link Long#MIN_VALUE} if all are
 */
public record StartOffsets(Map<Integer, Long> byPartition, long firstWindowStart) implements Serializable {
    public StartOffsets {
        byPartition = new TreeMap<>(byPartition);
    }

    static StartOffsets all(Map<Integer, Long> byPartition) {
        return new StartOffsets(byPartition, Long.MIN_VALUE);
    }

    /** Whether the window is seen whole from these offsets. */
    public boolean seesWhole(long windowStart) {
        return windowStart >= firstWindowStart;
    }

    static StartOffsets atWindow(Map<Integer, Long> byPartition, long timestampMillis, TumblingWindows windows) {
        return new StartOffsets(byPartition, windows.startOf(timestampMillis));
    }
}
