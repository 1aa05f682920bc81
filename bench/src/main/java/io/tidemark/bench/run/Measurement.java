package io.tidemark.bench.run;

/**
 * One run of a contender.
 *
 * @param round 0 is the one to warm up the machine's caches, and counts for nothing
 * @param events in the input
 * @param millis from the start of its process to its end
 * @param cpuMillis of its process
 * @param kafkaCpuMillis of the broker meanwhile
 * @param postgresCpuMillis of PostgreSQL meanwhile
 * @param residentBytes the most memory that its process had
 * @param gcPauseMillis for how long its threads stood still, altogether, while garbage was collected; 0 in measurements of
 *     before 2026-11-25
 * @param walBytes that PostgreSQL wrote into its log meanwhile
 * @param fault what was wrong with its results; empty if nothing was
 */
public record Measurement(
        String contender,
        int round,
        long events,
        long millis,
        long cpuMillis,
        long kafkaCpuMillis,
        long postgresCpuMillis,
        long residentBytes,
        double gcPauseMillis,
        long walBytes,
        String fault) {

    public double eventsPerSecond() {
        return events * 1000.0 / millis;
    }

    /** Whether its results were right, and it is not for warming up. */
    public boolean counts() {
        return round > 0 && fault.isEmpty();
    }
}
