package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Grain;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Periods of one table and grain that are to be rolled up.
 *
 * @param from the finer grain that is read; null for the table itself
 * @param periods in ascending order
 * @param progress what is known once they are; null if a range was asked for, of which nothing follows for the rest
 */
public record RollupStep(
        RollupSource source,
        Grain grain,
        @Nullable Grain from,
        List<Period> periods,
        @Nullable Progress progress) {
    public RollupStep {
        requireNonNull(source, "source is null");
        requireNonNull(grain, "grain is null");
        periods = List.copyOf(periods);
    }

    /**
     * From a start to an end, exclusive, in milliseconds since the epoch.
     *
     * @param complete whether all that falls into it is in what is read
     */
    public record Period(long startMillis, long endMillis, boolean complete) {}

    /**
     * What a step knows.
     *
     * @param touchedFrom what is read has no rows of before it that the step has not seen
     * @param completeToMillis every period that ends before or at it is complete; null if none is
     */
    public record Progress(
            OffsetDateTime touchedFrom, @Nullable Long completeToMillis) {
        public Progress {
            requireNonNull(touchedFrom, "touchedFrom is null");
        }
    }

    /** Name of the table that is written. */
    public String target() {
        return grain.tableOf(source.table());
    }

    /** A query for what is to be rolled up, see {@link RollupSource#query}. */
    public String query() {
        return source.query(from);
    }
}
