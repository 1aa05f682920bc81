package io.tidemark.rollup;

import static org.apache.spark.sql.functions.col;

import io.tidemark.model.TumblingWindows;
import io.tidemark.store.RecomputePlan;
import io.tidemark.store.StoreConfig;
import java.util.List;
import java.util.Properties;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * Counts the events of a range: reads them in parallel, and copies what it counts to the tables beside. All groups of a window are added
 * up by one task, from one reading of each event, so that the tables agree.
 */
final class RecomputeJob {
    private static final int ROWS_AT_ONCE = 20_000;

    private final SparkSession spark;
    private final StoreConfig store;

    RecomputeJob(SparkSession spark, StoreConfig store) {
        this.spark = spark;
        this.store = store;
    }

    /**
     * Runs it; the tables beside must be there, and empty.
     *
     * @return the names of the attempts whose rows count
     */
    List<String> run(RecomputePlan plan) {
        CountEvents count = new CountEvents(plan.counted(), new TumblingWindows(plan.sizeMillis()));
        Dataset<Row> parts = read(plan, count.columns()).mapPartitions(count, Encoders.row(CountEvents.PARTS));
        return parts.unionAll(forgotten(plan))
                .repartition(col(CountEvents.WINDOW))
                .sortWithinPartitions(CountEvents.TABLE, CountEvents.WINDOW, CountEvents.KEY)
                .mapPartitions(new CopyGroups(store, plan.tables()), Encoders.STRING())
                .collectAsList();
    }

    private Dataset<Row> read(RecomputePlan plan, List<String> columns) {
        Properties properties = store.driverProperties("recompute-read");
        properties.setProperty("driver", "org.postgresql.Driver");
        properties.setProperty("fetchsize", Integer.toString(ROWS_AT_ONCE));
        String[] pieces =
                plan.pieces().stream().map(each -> each.condition("t")).toArray(String[]::new);
        return spark.read()
                .jdbc(store.address(), "(" + RecomputePlan.query(columns) + ") as source", pieces, properties);
    }

    private Dataset<Row> forgotten(RecomputePlan plan) {
        List<Row> rows = plan.forgotten().stream()
                .map(each ->
                        RowFactory.create(each.table(), each.windowStartMillis(), each.key(), each.hits(), null, true))
                .toList();
        return spark.createDataFrame(rows, CountEvents.PARTS);
    }
}
