package io.tidemark.rollup;

import io.tidemark.store.RollupStep;
import io.tidemark.store.RollupStep.Period;
import java.util.List;

/** The periods of a step for as many readers at once as are worth their start. */
final class Chunks {
    private static final long ROWS_WORTH_A_READER = 50_000;

    private Chunks() {}

    /**
     * Conditions on the time {@code t}, each of about as many periods, which together hold for all of them; each for no time
     * of another's.
     *
     * @param step of at least one period
     * @param most number of conditions at most
     */
    static String[] of(RollupStep step, int most) {
        List<Period> periods = step.periods();
        int chunks = (int) Math.min(Math.min(periods.size(), most), 1 + step.rows() / ROWS_WORTH_A_READER);
        String[] conditions = new String[chunks];
        for (int i = 0; i < chunks; i++) {
            int from = (int) ((long) periods.size() * i / chunks);
            int to = (int) ((long) periods.size() * (i + 1) / chunks);
            conditions[i] = RollupStep.condition("t", periods.subList(from, to));
        }
        return conditions;
    }
}
