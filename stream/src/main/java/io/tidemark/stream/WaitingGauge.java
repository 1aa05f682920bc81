package io.tidemark.stream;

import io.tidemark.store.Waiting;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** Shows as metrics how long a task has been waiting for Postgres, and why. */
public final class WaitingGauge {
    /** Seconds, 0 if it does not wait. */
    public static final String SECONDS = "waitingForPostgresSeconds";

    /** Postgres' or the driver's message, empty if it does not wait. */
    public static final String CAUSE = "waitingForPostgresCause";

    private WaitingGauge() {}

    /** Adds both metrics to an operator's group. */
    public static void register(MetricGroup metrics, Waiting waiting) {
        metrics.gauge(SECONDS, (Gauge<Long>) waiting::seconds);
        metrics.gauge(CAUSE, (Gauge<String>) waiting::cause);
    }
}
