package io.tidemark.bench.peers.spark;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.window;

import java.util.List;
import java.util.Properties;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.StructType;

/**
 * Windowed counts by host, and by host and referrer, into PostgreSQL: what a user of Spark Structured Streaming would
 * write; all that is there, then it ends. Arguments: bootstrap, JDBC URL, user, parallelism, checkpoint folder; the
 * password by TIDEMARK_POSTGRES_PASSWORD.
 */
public final class StructuredStreaming {
    private static final StructType EVENT =
            StructType.fromDDL("host string, referrer string, event_timestamp timestamp");

    private StructuredStreaming() {}

    public static void main(String[] args) throws Exception {
        try (SparkSession spark = SparkSession.builder()
                .master("local[" + args[3] + "]")
                .appName("bench")
                .config("spark.ui.enabled", false)
                .config("spark.sql.session.timeZone", "UTC")
                // The default of 200 is for clusters; as its manual advises, as many as there is work for.
                .config("spark.sql.shuffle.partitions", args[3])
                .config("spark.sql.streaming.noDataMicroBatches.enabled", false)
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate()) {
            Results results = new Results(args[1], args[2], System.getenv("TIDEMARK_POSTGRES_PASSWORD"));
            Dataset<Row> events = spark.readStream()
                    .format("kafka")
                    .option("kafka.bootstrap.servers", args[0])
                    .option("subscribe", "process_events_kafka")
                    .option("startingOffsets", "earliest")
                    // It seeks before each poll, which drops what was fetched ahead.
                    .option("kafka.max.poll.records", 50_000)
                    .option("kafka.max.partition.fetch.bytes", 32 * 1024 * 1024)
                    .option("kafka.fetch.max.bytes", 32 * 1024 * 1024)
                    .load()
                    .select(from_json(col("value").cast("string"), EVENT).as("event"))
                    .select("event.*")
                    .withWatermark("event_timestamp", "15 seconds");
            Column windows = window(col("event_timestamp"), "5 minutes");
            List<StreamingQuery> queries = List.of(
                    results.start(
                            events.groupBy(windows, col("host"))
                                    .agg(count(lit(1)).as("num_hits")),
                            "processed_events_aggregated",
                            List.of("host"),
                            args[4] + "/by-host"),
                    results.start(
                            events.groupBy(
                                            windows,
                                            col("host"),
                                            coalesce(col("referrer"), lit("")).as("referrer"))
                                    .agg(count(lit(1)).as("num_hits")),
                            "processed_events_aggregated_source",
                            List.of("host", "referrer"),
                            args[4] + "/by-host-and-referrer"));
            for (StreamingQuery query : queries) {
                query.awaitTermination();
            }
        }
    }

    /** Where the counts go: each batch's changes by an upsert, through a table beside. */
    private record Results(String url, String user, String password) {
        StreamingQuery start(Dataset<Row> counts, String table, List<String> keys, String checkpoint) throws Exception {
            VoidFunction2<Dataset<Row>, Long> upsert = (batch, id) -> upsert(batch, table, keys);
            return counts.writeStream()
                    .outputMode("update")
                    .trigger(Trigger.AvailableNow())
                    .option("checkpointLocation", checkpoint)
                    .foreachBatch(upsert)
                    .start();
        }

        private void upsert(Dataset<Row> batch, String table, List<String> keys) {
            String beside = "bench_" + table;
            String columns = "event_hour, " + String.join(", ", keys) + ", num_hits";
            batch.withColumn("event_hour", col("window.start"))
                    .drop("window")
                    .write()
                    .mode("overwrite")
                    .option("reWriteBatchedInserts", true)
                    .option("batchsize", 10_000)
                    .jdbc(url, beside, properties());
            try (var connection = java.sql.DriverManager.getConnection(url, user, password);
                    var statement = connection.createStatement()) {
                statement.executeUpdate("""
                        insert into %1$s (%2$s) select %2$s from %3$s
                        on conflict (event_hour, %4$s) do update set num_hits = excluded.num_hits""".formatted(table, columns, beside, String.join(", ", keys)));
            } catch (java.sql.SQLException e) {
                throw new IllegalStateException("Cannot write to " + table + ": " + e.getMessage(), e);
            }
        }

        private Properties properties() {
            Properties properties = new Properties();
            properties.put("user", user);
            properties.put("password", password);
            properties.put("driver", "org.postgresql.Driver");
            return properties;
        }
    }
}
