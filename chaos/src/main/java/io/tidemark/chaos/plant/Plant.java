package io.tidemark.chaos.plant;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A bug that can be put into the running jobs. */
public enum Plant {
    /** One row of events is left out. */
    DROP_ONE,
    /** One row of events is written twice. */
    DUPLICATE_ONE,
    /** Windows are written as {@code count = count + x} instead of by absolute values. */
    ADD_COUNTS,
    /** The ledger is committed before the rows that it tells of. */
    LEDGER_APART,
    /** The filter of the second topic takes the last coordinates seen for new. */
    FILTER_OFF_BY_ONE;

    /** Lower case with hyphens. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The bug of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Plant parse(String name) {
        return Arrays.stream(values())
                .filter(plant -> plant.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no bug \"%s\" to plant; there are %s"
                        .formatted(
                                name,
                                Arrays.stream(values()).map(Plant::toString).collect(Collectors.joining(", ")))));
    }
}
