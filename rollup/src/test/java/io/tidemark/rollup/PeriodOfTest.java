package io.tidemark.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.store.RollupStep;
import io.tidemark.store.RollupStep.Period;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeriodOfTest {
    private static final long HOUR = 3_600_000;

    @Test
    void aTimeIsInThePeriodThatHoldsItOrInNone() {
        PeriodOf periodOf = new PeriodOf(List.of(hour(0), hour(1), hour(5)));
        assertThat(periodOf.call(-1L)).isNull();
        assertThat(periodOf.call(0L)).isZero();
        assertThat(periodOf.call(2 * HOUR - 1)).isEqualTo(HOUR);
        assertThat(periodOf.call(2 * HOUR)).isNull();
        assertThat(periodOf.call(5 * HOUR + 1)).isEqualTo(5 * HOUR);
        assertThat(periodOf.call(6 * HOUR)).isNull();
    }

    @Test
    void periodsSideBySideAreOneRange() {
        assertThat(RollupStep.condition("t", List.of(hour(0), hour(1), hour(2))))
                .doesNotContain(" or ");
        assertThat(ranges(List.of(hour(0), hour(1), hour(3)))).isEqualTo(2);
    }

    @Test
    void ofManyRangesTheSmallestGapsAreLeftOut() {
        List<Period> periods = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            periods.add(hour(2L * i));
        }
        periods.add(hour(10_000));
        assertThat(ranges(periods)).isEqualTo(2);
        assertThat(RollupStep.condition("t", periods))
                .contains("t >= timestamptz 'epoch' + 0 *", "t < timestamptz 'epoch' + " + 1_999 * HOUR + " *");
        assertThat(ranges(List.of(hour(7)))).isEqualTo(1);
    }

    private static int ranges(List<Period> periods) {
        return RollupStep.condition("t", periods).split(" or ", -1).length;
    }

    private static Period hour(long number) {
        return new Period(number * HOUR, (number + 1) * HOUR, true);
    }
}
