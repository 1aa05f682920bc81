package io.tidemark.bench.both;

import io.tidemark.model.Aggregate;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.JobDefaults;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.aggregate.AggregateConfig;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.aggregate.AggregateJob;
import io.tidemark.stream.aggregate.AggregateStart;
import io.tidemark.stream.enrich.EnrichConfig;
import io.tidemark.stream.enrich.EnrichJob;
import io.tidemark.stream.enrich.EnrichStart;
import io.tidemark.stream.enrich.IpPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Enriches and aggregates at the same time, with the settings that the jobs' own main classes have. The enrich job ends at
 * what was newest at its start. The aggregate job would not know where to end, so it runs without one; once it has read
 * all that the enrich job sent on it is drained, which closes all windows. Arguments: bootstrap, JDBC URL, user,
 * parallelism, folder for the savepoint; the password by TIDEMARK_POSTGRES_PASSWORD.
 */
public final class BothJobs {
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    /** Counts of a running job come with it. */
    private static final Duration HEARTBEAT = Duration.ofMillis(200);

    private final KafkaSettings kafka;
    private final StoreConfig store;
    private final int parallelism;

    private BothJobs(KafkaSettings kafka, StoreConfig store, int parallelism) {
        this.kafka = kafka;
        this.store = store;
        this.parallelism = parallelism;
    }

    public static void main(String[] args) throws Exception {
        StoreConfig store =
                new StoreConfig(args[1], args[2], System.getenv().getOrDefault("TIDEMARK_POSTGRES_PASSWORD", ""));
        Migrations.apply(store);
        BothJobs jobs = new BothJobs(KafkaSettings.of(args[0]), store, Integer.parseInt(args[3]));
        JobClient aggregate = jobs.aggregate();
        JobClient enrich = jobs.enrich();
        long sent = enrich.getJobExecutionResult().get().<Long>getAccumulatorResult(Tallies.STORED);
        while (read(aggregate) < sent) {
            if (aggregate.getJobStatus().get().isTerminalState()) {
                throw new IllegalStateException("The aggregate job has ended by itself");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
        }
        aggregate.stopWithSavepoint(true, args[4], SavepointFormatType.NATIVE).get();
        aggregate.getJobExecutionResult().get();
    }

    private static long read(JobClient job) throws Exception {
        return job.getAccumulators().get().get(Tallies.READ) instanceof Long read ? read : 0;
    }

    private JobClient enrich() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(JobDefaults.settings(true));
        EnrichJob.define(
                env,
                new EnrichConfig(
                        kafka,
                        store,
                        EnrichStart.offsets(kafka, store, new StartFrom.Earliest()),
                        true,
                        parallelism,
                        null,
                        IpPolicy.TRUNCATE,
                        EnrichConfig.FLUSH_INTERVAL,
                        EnrichConfig.MAX_AHEAD));
        return env.executeAsync(EnrichJob.NAME);
    }

    private JobClient aggregate() throws Exception {
        TumblingWindows windows = TumblingWindows.of(AggregateConfig.WINDOW);
        List<Aggregate> none =
                AggregateStart.claimWindows(store, AggregateConfig.WINDOW, TimeCharacteristic.EVENT, List.of());
        Configuration settings = JobDefaults.settings(false);
        settings.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, HEARTBEAT);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(settings);
        AggregateJob.define(
                env,
                new AggregateConfig(
                        kafka,
                        store,
                        AggregateStart.offsets(
                                kafka,
                                store,
                                new StartFrom.Earliest(),
                                windows,
                                TimeCharacteristic.EVENT,
                                AggregateConfig.WATERMARK_DELAY),
                        false,
                        parallelism,
                        windows,
                        none,
                        Long.MIN_VALUE,
                        TimeCharacteristic.EVENT,
                        AggregateConfig.WATERMARK_DELAY,
                        AggregateConfig.ALLOWED_LATENESS,
                        AggregateConfig.QUIET_AFTER,
                        AggregateConfig.FLUSH_INTERVAL));
        return env.executeAsync(AggregateJob.NAME);
    }
}
