package io.tidemark.chaos.run;

import java.time.Duration;
import java.util.Map;

/**
 * Looks at a pipeline that is to get to work. One that has all it needs and gets nowhere hangs, and no busy machine is to
 * blame: all processes answer, both jobs run, and the ledger has not moved for a minute.
 */
final class StartWatch {
    private static final Duration STILL = Duration.ofMinutes(1);

    private Map<Integer, Long> positions = Map.of();
    private long stillSinceMillis;

    /** Begins at that time. */
    StartWatch(long nowMillis) {
        this.stillSinceMillis = nowMillis;
    }

    /**
     * Takes note of what is seen.
     *
     * @param allRuns whether all processes answer and both jobs run
     * @param seen where the ledger stands, by partition
     */
    void look(long nowMillis, boolean allRuns, Map<Integer, Long> seen) {
        if (!allRuns || !seen.equals(positions)) {
            positions = Map.copyOf(seen);
            stillSinceMillis = nowMillis;
        }
    }

    /** Whether the pipeline has all it needs, and got nowhere for a while. */
    boolean hangs(long nowMillis) {
        return nowMillis - stillSinceMillis >= STILL.toMillis();
    }
}
