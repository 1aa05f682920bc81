package io.tidemark.rollup;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** How many rows were read from Postgres. */
final class RowsRead extends SparkListener {
    private final AtomicLong rows = new AtomicLong();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd ended) {
        if (ended.taskMetrics() != null) {
            rows.addAndGet(ended.taskMetrics().inputMetrics().recordsRead());
        }
    }

    long get() {
        return rows.get();
    }
}
