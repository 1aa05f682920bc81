package io.tidemark.rollup;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.hll_sketch_estimate;
import static org.apache.spark.sql.functions.hll_union_agg;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;

import io.tidemark.store.RollupSource;
import io.tidemark.store.RollupStep;
import io.tidemark.store.StoreConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/** Rolls up the periods of a step: reads them in parallel, adds up, and copies the rows to the staging table. */
final class StepJob {
    private static final int ROWS_AT_ONCE = 20_000;

    /** Of tasks a core, so that one with more rows than others does not hold up the end for long. */
    private static final int TASKS_PER_CORE = 8;

    private static final String PERIOD = "period";

    private final SparkSession spark;
    private final StoreConfig store;

    StepJob(SparkSession spark, StoreConfig store) {
        this.spark = spark;
        this.store = store;
    }

    /**
     * Runs it; the staging table must be there, and empty.
     *
     * @return the names of the attempts whose rows count
     */
    List<String> run(RollupStep step) {
        RollupSource source = step.source();
        return added(
                        source,
                        read(step)
                                .withColumn(
                                        PERIOD,
                                        udf(new PeriodOf(step.periods()), DataTypes.LongType)
                                                .apply(col("at"))))
                .mapPartitions(new CopyRows(store, source), Encoders.STRING())
                .collectAsList();
    }

    private Dataset<Row> read(RollupStep step) {
        Properties properties = store.driverProperties("rollup-read");
        properties.setProperty("driver", "org.postgresql.Driver");
        properties.setProperty("fetchsize", Integer.toString(ROWS_AT_ONCE));
        int most = TASKS_PER_CORE * spark.sparkContext().defaultParallelism();
        return spark.read()
                .jdbc(store.address(), "(" + step.query() + ") as source", Chunks.of(step, most), properties);
    }

    /** Columns: period, dimensions, sums and, if there are visitors, their number and their sketch, which is null if none is known. */
    private static Dataset<Row> added(RollupSource source, Dataset<Row> rows) {
        List<Column> keys = new ArrayList<>();
        keys.add(col(PERIOD));
        source.dimensions().forEach(each -> keys.add(col(each)));
        List<Column> sums = new ArrayList<>();
        source.sums().forEach(each -> sums.add(sum(col(each)).as(each)));
        List<Column> columns = new ArrayList<>(keys);
        source.sums().forEach(each -> columns.add(col(each)));
        if (source.visitors()) {
            sums.add(hll_union_agg(col("visitors_sketch")).as("visitors_sketch"));
            sums.add(count(col("visitors_sketch")).as("known"));
            columns.add(hll_sketch_estimate(col("visitors_sketch")).as("visitors"));
            columns.add(col("visitors_sketch"));
            columns.add(col("known"));
        }
        Column[] further = sums.subList(1, sums.size()).toArray(Column[]::new);
        return rows.groupBy(keys.toArray(Column[]::new))
                .agg(sums.get(0), further)
                .select(columns.toArray(Column[]::new));
    }
}
