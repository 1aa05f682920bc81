package io.tidemark.bench.peers.hazelcastjet;

import static com.hazelcast.jet.aggregate.AggregateOperations.counting;
import static com.hazelcast.jet.pipeline.WindowDefinition.tumbling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hazelcast.config.Config;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.function.BiConsumerEx;
import com.hazelcast.jet.Job;
import com.hazelcast.jet.config.JobConfig;
import com.hazelcast.jet.config.ProcessingGuarantee;
import com.hazelcast.jet.datamodel.KeyedWindowResult;
import com.hazelcast.jet.datamodel.Tuple2;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.Sink;
import com.hazelcast.jet.pipeline.Sinks;
import com.hazelcast.jet.pipeline.StreamStage;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * Windowed counts by host, and by host and referrer, into PostgreSQL, from one read: what a user of Hazelcast Jet would
 * write, by the record's own timestamp, which is the event's, on one member in this process. Ends once all that was there at
 * the start is in the tables. Arguments: bootstrap, JDBC URL, user, parallelism, group; the password by
 * TIDEMARK_POSTGRES_PASSWORD.
 */
public final class WindowedCounts {
    private static final long LAG_MILLIS = 15_000;
    private static final long WINDOW_MILLIS = Duration.ofMinutes(5).toMillis();
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final int ROWS_OF_A_BATCH = 5_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private WindowedCounts() {}

    public static void main(String[] args) throws Exception {
        int parallelism = Integer.parseInt(args[3]);
        Tables tables = new Tables(args[1], args[2], System.getenv("TIDEMARK_POSTGRES_PASSWORD"));
        Properties kafka = new Properties();
        kafka.setProperty("bootstrap.servers", args[0]);
        kafka.setProperty("group.id", args[4]);
        kafka.setProperty("auto.offset.reset", "earliest");
        kafka.setProperty("key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        kafka.setProperty("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        kafka.setProperty("max.poll.records", "5000");
        kafka.setProperty("max.partition.fetch.bytes", Integer.toString(4 * 1024 * 1024));
        long events = EndingKafka.expectAllThatIsThere(args[0]);
        HazelcastInstance member = Hazelcast.newHazelcastInstance(member(parallelism));
        try {
            Job job = member.getJet()
                    .newJob(
                            pipeline(kafka, tables, parallelism),
                            new JobConfig()
                                    .setProcessingGuarantee(ProcessingGuarantee.EXACTLY_ONCE)
                                    .setSnapshotIntervalMillis(10_000));
            while (!EndingKafka.isAllRead() || !tables.hold(events)) {
                if (job.getFuture().isDone()) {
                    job.join();
                    throw new IllegalStateException("The job has ended");
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
            }
        } finally {
            member.getLifecycleService().terminate();
        }
    }

    /** Alone, on the loopback interface, and telling nobody. */
    private static Config member(int parallelism) {
        Config config = new Config();
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.logging.type", "none");
        config.setProperty("hazelcast.socket.bind.any", "false");
        NetworkConfig network = config.getNetworkConfig();
        network.setPublicAddress("127.0.0.1");
        network.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        network.getJoin().getAutoDetectionConfig().setEnabled(false);
        network.getJoin().getMulticastConfig().setEnabled(false);
        config.getJetConfig().setEnabled(true).setCooperativeThreadCount(parallelism);
        return config;
    }

    private static Pipeline pipeline(Properties kafka, Tables tables, int parallelism) {
        Pipeline pipeline = Pipeline.create();
        pipeline.setPreserveOrder(false);
        StreamStage<Tuple2<String, String>> events = pipeline.readFrom(EndingKafka.source(kafka))
                .withNativeTimestamps(LAG_MILLIS)
                .setLocalParallelism(parallelism)
                .map(WindowedCounts::hostAndReferrer)
                .setLocalParallelism(parallelism);
        events.groupingKey(Tuple2::f0)
                .window(tumbling(WINDOW_MILLIS))
                .aggregate(counting())
                .setLocalParallelism(parallelism)
                .writeTo(tables.byHost());
        events.groupingKey(each -> each)
                .window(tumbling(WINDOW_MILLIS))
                .aggregate(counting())
                .setLocalParallelism(parallelism)
                .writeTo(tables.byHostAndReferrer());
        return pipeline;
    }

    private static Tuple2<String, String> hostAndReferrer(byte[] value) throws IOException {
        JsonNode event = JSON.readTree(value);
        return Tuple2.tuple2(event.path("host").asText(), event.path("referrer").asText(""));
    }

    /** The tables of the results: rows of a window are written over, in batches as large as the driver's manual advises. */
    private record Tables(String url, String user, String password) {
        private static final String BY_HOST = "processed_events_aggregated";
        private static final String BY_HOST_AND_REFERRER = "processed_events_aggregated_source";

        Sink<KeyedWindowResult<String, Long>> byHost() {
            return sink(
                    "insert into " + BY_HOST + " (event_hour, host, num_hits) values (?, ?, ?) "
                            + "on conflict (event_hour, host) do update set num_hits = excluded.num_hits",
                    (row, each) -> {
                        row.setObject(1, start(each.start()));
                        row.setString(2, each.key());
                        row.setLong(3, each.result());
                    });
        }

        Sink<KeyedWindowResult<Tuple2<String, String>, Long>> byHostAndReferrer() {
            return sink(
                    "insert into " + BY_HOST_AND_REFERRER
                            + " (event_hour, host, referrer, num_hits) values (?, ?, ?, ?) "
                            + "on conflict (event_hour, host, referrer) do update set num_hits = excluded.num_hits",
                    (row, each) -> {
                        row.setObject(1, start(each.start()));
                        row.setString(2, each.key().f0());
                        row.setString(3, each.key().f1());
                        row.setLong(4, each.result());
                    });
        }

        private <T> Sink<T> sink(String upsert, BiConsumerEx<PreparedStatement, T> bind) {
            String address = url + (url.contains("?") ? "&" : "?") + "reWriteBatchedInserts=true&user=" + user
                    + "&password=" + java.net.URLEncoder.encode(password, java.nio.charset.StandardCharsets.UTF_8);
            return Sinks.<T>jdbcBuilder()
                    .updateQuery(upsert)
                    .bindFn(bind)
                    .jdbcUrl(address)
                    .exactlyOnce(false)
                    .batchLimit(ROWS_OF_A_BATCH)
                    .build();
        }

        private static OffsetDateTime start(long millis) {
            return Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC);
        }

        /** Whether both tables count that many events. */
        boolean hold(long events) throws SQLException {
            return sum(BY_HOST_AND_REFERRER) == events && sum(BY_HOST) == events;
        }

        private long sum(String table) throws SQLException {
            try (Connection connection = DriverManager.getConnection(url, user, password);
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select coalesce(sum(num_hits), 0) from " + table)) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
