package io.tidemark.rollup;

import io.tidemark.store.RollupStep.Period;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.api.java.UDF1;
import org.jspecify.annotations.Nullable;

/** Start of the period in which a time lies; null if it is in none of them. All in milliseconds since the epoch. */
final class PeriodOf implements UDF1<Long, @Nullable Long> {
    private static final long serialVersionUID = 1L;

    private final long[] starts;
    private final long[] ends;

    /** @param periods in ascending order */
    PeriodOf(List<Period> periods) {
        this.starts = periods.stream().mapToLong(Period::startMillis).toArray();
        this.ends = periods.stream().mapToLong(Period::endMillis).toArray();
    }

    @Override
    public @Nullable Long call(Long at) {
        int found = Arrays.binarySearch(starts, at);
        int index = found >= 0 ? found : -found - 2;
        return index >= 0 && at < ends[index] ? starts[index] : null;
    }
}
