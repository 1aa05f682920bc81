package io.tidemark.model;

import org.apache.datasketches.hll.Union;

/** Visitors of many sketches together: quicker than to merge them one by one. Not thread-safe. */
public final class VisitorUnion {
    private final Union union = new Union(VisitorSketch.LG_REGISTERS);

    /**
     * Adds the visitors of a sketch.
     *
     * @param sketch as {@link VisitorSketch#toBytes} gives it
     * @throws IllegalArgumentException if it is none
     */
    public void add(byte[] sketch) {
        union.update(VisitorSketch.read(sketch));
    }

    /** As {@link VisitorSketch#toBytes} gives it. */
    public byte[] toBytes() {
        return union.getResult(VisitorSketch.TYPE).toCompactByteArray();
    }

    /** The number of visitors, about; see {@link VisitorSketch}. */
    public long estimate() {
        return Math.round(union.getEstimate());
    }
}
