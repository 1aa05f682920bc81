package io.tidemark.rollup;

import io.tidemark.store.RollupStep.Period;
import java.util.ArrayList;
import java.util.List;

/** Periods as conditions on the time {@code t}, for as many readers at once. */
final class Chunks {
    private Chunks() {}

    /**
     * Conditions, each of about as many periods, which together hold for all of them and each for its own only.
     *
     * @param periods in ascending order, at least one
     * @param most number of conditions at most
     */
    static String[] of(List<Period> periods, int most) {
        int chunks = Math.min(periods.size(), most);
        String[] conditions = new String[chunks];
        for (int i = 0; i < chunks; i++) {
            int from = (int) ((long) periods.size() * i / chunks);
            int to = (int) ((long) periods.size() * (i + 1) / chunks);
            conditions[i] = condition(periods.subList(from, to));
        }
        return conditions;
    }

    /** Periods side by side are one range. */
    private static String condition(List<Period> periods) {
        List<String> ranges = new ArrayList<>();
        long start = periods.get(0).startMillis();
        long end = start;
        for (Period each : periods) {
            if (each.startMillis() != end) {
                ranges.add(range(start, end));
                start = each.startMillis();
            }
            end = each.endMillis();
        }
        ranges.add(range(start, end));
        return String.join(" or ", ranges);
    }

    private static String range(long start, long end) {
        return "(t >= %1$s%2$d%3$s and t < %1$s%4$d%3$s)"
                .formatted("timestamptz 'epoch' + ", start, " * interval '1 millisecond'", end);
    }
}
