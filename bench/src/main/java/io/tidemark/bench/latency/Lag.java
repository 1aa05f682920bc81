package io.tidemark.bench.latency;

/**
 * How far the system is behind at a moment.
 *
 * @param atNanos nanoseconds since the epoch
 * @param events due to be sent by then, and without a row
 * @param windowsSeconds by how much the windows' progress is behind the time less the watermark's delay; 0 if unknown
 */
record Lag(long atNanos, long events, double windowsSeconds) {}
