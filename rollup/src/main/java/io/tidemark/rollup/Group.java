package io.tidemark.rollup;

import io.tidemark.model.VisitorSketch;
import io.tidemark.store.StoredGroups.Stored;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** A group of a window, added up of its parts, see {@link CountEvents#PARTS}. */
final class Group {
    final int table;
    final long window;
    final String key;
    long hits;

    private @Nullable VisitorSketch visitors;
    private boolean forgotten;

    /** Of this part, which is yet to be added. */
    Group(Row part) {
        this.table = part.getInt(0);
        this.window = part.getLong(1);
        this.key = part.getString(2);
    }

    boolean holds(Row part) {
        return part.getInt(0) == table
                && part.getLong(1) == window
                && part.getString(2).equals(key);
    }

    void add(Row part) {
        hits += part.getLong(3);
        forgotten |= part.getBoolean(5);
        if (!part.isNullAt(4)) {
            byte[] sketch = part.getAs(4);
            VisitorSketch known = visitors;
            if (known == null) {
                visitors = VisitorSketch.of(sketch);
            } else {
                known.merge(sketch);
            }
        }
    }

    /** As it is written of a window: no visitors where none is known. */
    Stored written() {
        VisitorSketch known = visitors;
        return known == null ? new Stored(hits, 0, null) : new Stored(hits, known.estimate(), known.toBytes());
    }

    /**
     * Whether a row tells the same: as many hits, and the same visitors, though its sketch may have met them in another order. Where
     * events were forgotten, its sketch may know more visitors than are left.
     */
    boolean isToldBy(Stored row) {
        byte @Nullable [] sketch = row.sketch();
        VisitorSketch known = visitors;
        if (row.hits() != hits) {
            return false;
        }
        if (sketch == null) {
            return known == null && row.visitors() == 0;
        }
        try {
            VisitorSketch stored = VisitorSketch.of(sketch);
            if (row.visitors() != stored.estimate()) {
                return false;
            }
            if (!forgotten) {
                return known != null && VisitorSketch.sameVisitors(sketch, known.toBytes());
            }
            if (known != null) {
                stored.merge(known.toBytes());
            }
            return VisitorSketch.sameVisitors(sketch, stored.toBytes());
        } catch (IllegalArgumentException damaged) {
            return false;
        }
    }
}
