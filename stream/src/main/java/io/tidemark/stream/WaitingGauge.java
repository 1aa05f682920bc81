package io.tidemark.stream;

import io.tidemark.store.Waiting;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** Shows as metrics how long a task has been waiting for Postgres, and why. */
public final class WaitingGauge {
    /** Seconds, 0 if it does not wait. */
    public static final String SECONDS = "waitingForPostgresSeconds";

    /** Postgres' or the driver's message, empty if it does not wait. */
    public static final String CAUSE = "waitingForPostgresCause";

    private WaitingGauge() {}

    /**
     * Adds both metrics to an operator's group.
     *
     * @param waits of all that the operator does with Postgres; the longest is shown
     */
    public static void register(MetricGroup metrics, Waiting... waits) {
        metrics.gauge(SECONDS, (Gauge<Long>) () -> longest(waits).seconds());
        metrics.gauge(CAUSE, (Gauge<String>) () -> longest(waits).cause());
    }

    private static Waiting longest(Waiting... waits) {
        return Collections.max(List.of(waits), Comparator.comparingLong(Waiting::seconds));
    }
}
