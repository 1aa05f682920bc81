package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Grain;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Periods of one table and grain that are to be rolled up.
 *
 * @param from the finer grain that is read; null for the table itself
 * @param periods in ascending order
 * @param rows number of rows to be read, as the planner of Postgres guesses it
 * @param progress what is known once they are; null if a range was asked for, of which nothing follows for the rest
 */
public record RollupStep(
        RollupSource source,
        Grain grain,
        @Nullable Grain from,
        List<Period> periods,
        long rows,
        @Nullable Progress progress) {
    /** In a condition. */
    private static final int MOST_RANGES = 20;

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

    /**
     * A condition that holds for the times in the periods. Of those side by side it makes one range; of more ranges than Postgres is
     * quick with, it leaves out the smallest gaps, so that it may hold for times between the periods as well.
     *
     * @param time the column of the times
     * @param periods in ascending order, at least one
     */
    public static String condition(String time, List<Period> periods) {
        long[] gaps = new long[periods.size() - 1];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = periods.get(i + 1).startMillis() - periods.get(i).endMillis();
        }
        long[] sorted = gaps.clone();
        Arrays.sort(sorted);
        long leftOut = gaps.length < MOST_RANGES ? 0 : sorted[gaps.length - MOST_RANGES];
        List<String> ranges = new ArrayList<>();
        long start = periods.get(0).startMillis();
        for (int i = 0; i < gaps.length; i++) {
            if (gaps[i] > leftOut) {
                ranges.add(range(time, start, periods.get(i).endMillis()));
                start = periods.get(i + 1).startMillis();
            }
        }
        ranges.add(range(time, start, periods.get(periods.size() - 1).endMillis()));
        return String.join(" or ", ranges);
    }

    private static String range(String time, long start, long end) {
        return "(%1$s >= timestamptz 'epoch' + %2$d * interval '1 millisecond' and %1$s < timestamptz 'epoch' + %3$d * interval '1 millisecond')"
                .formatted(time, start, end);
    }
}
