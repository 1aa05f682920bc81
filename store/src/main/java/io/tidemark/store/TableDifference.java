package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a table differs from what was recomputed of it.
 *
 * @param number of the table in the plan
 * @param rows rows of the range in the table
 * @param hits page views that they count
 * @param onlyStored rows that no event accounts for
 * @param onlyRecomputed rows that are missing
 * @param changed rows whose hits or visitors are others
 * @param hitsAfter page views that the table counts once it is swapped
 * @param first the first rows of each kind
 * @param late starts of windows that differ and into which events were stored while it was recomputed: of those nothing is known, and they
 *     are in none of the other numbers
 */
public record TableDifference(
        int number,
        RecomputedTable table,
        long rows,
        long hits,
        long onlyStored,
        long onlyRecomputed,
        long changed,
        long hitsAfter,
        List<Row> first,
        NavigableSet<Long> late) {

    public TableDifference {
        requireNonNull(table, "table is null");
        first = List.copyOf(first);
        late = Collections.unmodifiableNavigableSet(new TreeSet<>(late));
    }

    /**
     * A row that differs; numbers are null where there is no such row.
     *
     * @param windowStartMillis milliseconds since the epoch
     * @param texts of its dimensions, as they are: whoever shows them makes them safe
     * @param storedVisitors null also if the table has no visitors
     */
    public record Row(
            long windowStartMillis,
            List<String> texts,
            @Nullable Long storedHits,
            @Nullable Long recomputedHits,
            @Nullable Long storedVisitors,
            @Nullable Long recomputedVisitors) {
        public Row {
            texts = List.copyOf(texts);
        }
    }

    /** How many rows differ. */
    public long differing() {
        return onlyStored + onlyRecomputed + changed;
    }
}
