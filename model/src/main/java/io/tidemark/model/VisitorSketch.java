package io.tidemark.model;

import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.apache.datasketches.hll.Union;
import org.apache.datasketches.memory.Memory;

/**
 * Number of distinct visitors, as a HyperLogLog sketch of Apache DataSketches with 4,096 registers: all but exact up to some
 * hundred visitors, then with a standard error of 1.6 % (1.04/√4096 once merged; see HllSketch's documentation), so within
 * 3.2 % in 95 of 100 cases. Some dozen bytes for a few visitors, 4 KB at most. Sketches can be merged, here and by Spark's
 * {@code hll_union}, which reads the same bytes. Not thread-safe.
 */
public final class VisitorSketch {
    /** Binary logarithm of the number of registers; Spark's default too. */
    public static final int LG_REGISTERS = 12;

    static final TgtHllType TYPE = TgtHllType.HLL_8;

    private HllSketch sketch;

    public VisitorSketch() {
        this.sketch = new HllSketch(LG_REGISTERS, TYPE);
    }

    private VisitorSketch(HllSketch sketch) {
        this.sketch = sketch;
    }

    /**
     * A sketch that was written before.
     *
     * @throws IllegalArgumentException if the bytes are no such sketch
     */
    public static VisitorSketch of(byte[] bytes) {
        return new VisitorSketch(read(bytes));
    }

    static HllSketch read(byte[] bytes) {
        try {
            return HllSketch.heapify(Memory.wrap(bytes));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("Not a HyperLogLog sketch of DataSketches: " + e.getMessage(), e);
        }
    }

    /** Adds a visitor, by the bytes of its text. */
    public void add(byte[] visitorId) {
        sketch.update(visitorId);
    }

    /** Adds all visitors of another sketch, as {@link #toBytes} gives it. */
    public void merge(byte[] other) {
        HllSketch added = read(other);
        if (sketch.isEmpty()) {
            sketch = added;
            return;
        }
        Union union = new Union(LG_REGISTERS);
        union.update(sketch);
        union.update(added);
        sketch = union.getResult(TYPE);
    }

    /** The number of visitors, about. */
    public long estimate() {
        return Math.round(sketch.getEstimate());
    }

    /** As DataSketches and Spark read it. */
    public byte[] toBytes() {
        return sketch.toCompactByteArray();
    }
}
