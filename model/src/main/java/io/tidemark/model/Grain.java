package io.tidemark.model;

import java.util.Locale;

/** Lengths of the periods that windows are rolled up to, each made of whole ones of those before it. */
public enum Grain {
    HOUR,
    DAY,
    MONTH;

    /** In names of tables, on a command line and in {@code rollup_progress}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether this one is shorter. */
    public boolean isFinerThan(Grain other) {
        return compareTo(other) < 0;
    }

    /** Name of the table that a table of windows is rolled up to. */
    public String tableOf(String table) {
        return table + '_' + code();
    }
}
