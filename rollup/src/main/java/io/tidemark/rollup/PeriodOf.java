package io.tidemark.rollup;

import io.tidemark.store.RollupStep.Period;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.api.java.UDF1;

/** Start of the period in which a time lies, of periods that hold every time it is asked for; all in milliseconds since the epoch. */
final class PeriodOf implements UDF1<Long, Long> {
    private static final long serialVersionUID = 1L;

    private final long[] starts;

    /** @param periods in ascending order */
    PeriodOf(List<Period> periods) {
        this.starts = periods.stream().mapToLong(Period::startMillis).toArray();
    }

    @Override
    public Long call(Long at) {
        int found = Arrays.binarySearch(starts, at);
        return starts[found >= 0 ? found : -found - 2];
    }
}
