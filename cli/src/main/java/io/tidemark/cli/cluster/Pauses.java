package io.tidemark.cli.cluster;

import java.time.Duration;

/** How long to wait before a process is started again: not at all, and ever longer if it dies again and again. */
final class Pauses {
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** A process that lived as long as this has recovered. */
    private static final Duration RECOVERED = Duration.ofSeconds(15);

    private Duration next = Duration.ZERO;

    /** The pause after a process that lived so long. */
    Duration after(Duration lived) {
        Duration pause = lived.compareTo(RECOVERED) >= 0 ? Duration.ZERO : next;
        Duration doubled = pause.isZero() ? FIRST : pause.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return pause;
    }
}
