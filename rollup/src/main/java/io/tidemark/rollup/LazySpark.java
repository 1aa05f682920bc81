package io.tidemark.rollup;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** A session of Spark that starts when first asked for, on {@code local[*]} unless Spark is told of a master. For one thread. */
final class LazySpark implements AutoCloseable {
    /** The default of 200 is for clusters. */
    private static final String LOCAL_SHUFFLE_PARTITIONS = "16";

    private final RowsRead read = new RowsRead();
    private @Nullable SparkSession session;

    SparkSession session() {
        SparkSession known = session;
        if (known == null) {
            known = start();
            known.sparkContext().addSparkListener(read);
            session = known;
        }
        return known;
    }

    private static SparkSession start() {
        SparkConf conf = new SparkConf();
        conf.setIfMissing("spark.master", "local[*]");
        conf.setIfMissing("spark.app.name", "tidemark-rollup");
        conf.set("spark.sql.session.timeZone", "UTC");
        if (conf.get("spark.master").startsWith("local")) {
            conf.setIfMissing("spark.ui.enabled", "false");
            conf.setIfMissing("spark.driver.host", "127.0.0.1");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
            conf.setIfMissing("spark.sql.shuffle.partitions", LOCAL_SHUFFLE_PARTITIONS);
        }
        return SparkSession.builder().config(conf).getOrCreate();
    }

    /** How many rows it read from Postgres. */
    long rowsRead() {
        return read.get();
    }

    @Override
    public void close() {
        if (session != null) {
            session.stop();
        }
    }
}
