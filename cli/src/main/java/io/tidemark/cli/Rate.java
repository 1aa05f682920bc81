package io.tidemark.cli;

/** How many a second; of too few or too short a time that says nothing. */
final class Rate {
    private static final long FEWEST = 1_000;

    private Rate() {}

    /** Such as {@code " (1,234 lines/s)"}, or nothing. */
    static String show(long count, double seconds, String unit) {
        return count < FEWEST || seconds < 1 ? "" : " (%,.0f%s)".formatted(count / seconds, unit);
    }
}
