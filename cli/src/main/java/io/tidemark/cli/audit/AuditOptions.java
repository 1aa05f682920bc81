package io.tidemark.cli.audit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How to audit.
 *
 * @param settle how long a difference has to stay the same to count; zero for what a single look finds
 * @param deep whether to read the second topic too
 * @param most how many differences of a kind to name; all are counted
 */
public record AuditOptions(Duration settle, boolean deep, int most) {
    /** The default of how long a difference has to stay. */
    public static final Duration SETTLE = Duration.ofSeconds(30);

    /** The default of how many differences are named. */
    public static final int MOST = 20;

    public AuditOptions {
        requireNonNull(settle, "settle is null");
        if (settle.isNegative()) {
            throw new IllegalArgumentException("settle must not be negative; was " + settle);
        }
        if (most < 1) {
            throw new IllegalArgumentException("most must be at least 1; was " + most);
        }
    }

    public static AuditOptions defaults() {
        return new AuditOptions(SETTLE, false, MOST);
    }
}
