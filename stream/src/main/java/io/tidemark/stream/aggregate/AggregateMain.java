package io.tidemark.stream.aggregate;

import io.tidemark.model.Aggregate;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.StoreException;
import io.tidemark.stream.EnrichedTopic;
import io.tidemark.stream.JobDefaults;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.MainOptions;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The aggregate job for {@code flink run}. */
public final class AggregateMain {
    private static final Set<String> OWN = Set.of("window", "time", "watermark", "lateness", "aggregates");
    private static final String HELP = """
            Usage: flink run [-d] [-p N] [-s SAVEPOINT] -c io.tidemark.stream.aggregate.AggregateMain tidemark-job.jar OPTIONS
            process_events_kafka -> counts by host, and by host and referrer. Brings the schema up to date; the topics must exist.
            %s  --window DURATION              Size of the windows; by default 5m.
              --time event|processing        What puts an event in its window; by default event time.
              --watermark DURATION           How far the watermark stays behind the newest event; by default 15s.
              --aggregates default|none|FILE What is counted besides: YAML, see the manual; by default pages, visitors and more.
              --lateness DURATION            How long a closed window can be revised; by default 1h.
            """.formatted(MainOptions.COMMON_HELP);

    private AggregateMain() {}

    /** Submits the job; returns when it has ended, unless {@code flink run} detaches. */
    public static void main(String[] args) throws Exception {
        MainOptions options = MainOptions.read(args, System.getenv(), OWN, HELP);
        KafkaSettings kafka = options.kafka();
        StoreConfig store = options.store();
        Duration window = options.duration("window", AggregateConfig.WINDOW);
        TumblingWindows windows = MainOptions.refused("window", () -> TumblingWindows.of(window));
        TimeCharacteristic time = MainOptions.refused("time", () -> time(options));
        Duration watermark = options.duration("watermark", AggregateConfig.WATERMARK_DELAY);
        List<Aggregate> aggregates = MainOptions.refused(
                "aggregates",
                () -> AggregatesFile.choose(options.text("aggregates").orElse("default")));
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(JobDefaults.settings(options.bounded()));
        int parallelism = options.parallelism(env.getParallelism());
        try {
            store.requireReachable();
            Migrations.apply(store);
            new EnrichedTopic(kafka).requireFit(EnrichedTopic.MAX_AHEAD);
            List<Aggregate> prepared = AggregateStart.claimWindows(store, window, time, aggregates);
            AggregateJob.define(
                    env,
                    new AggregateConfig(
                            kafka,
                            store,
                            AggregateStart.offsets(kafka, store, options.from(), windows, time, watermark),
                            options.bounded(),
                            parallelism,
                            windows,
                            prepared,
                            AggregateStart.untouchedFrom(kafka, windows, Clock.systemUTC()),
                            time,
                            watermark,
                            options.duration("lateness", AggregateConfig.ALLOWED_LATENESS),
                            AggregateConfig.QUIET_AFTER,
                            AggregateConfig.FLUSH_INTERVAL));
        } catch (StoreException | IllegalStateException | IllegalArgumentException e) {
            throw MainOptions.wrong(String.valueOf(e.getMessage()));
        }
        env.execute(AggregateJob.NAME);
    }

    private static TimeCharacteristic time(MainOptions options) {
        String text = options.text("time").orElse("event");
        try {
            return TimeCharacteristic.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("must be one of event, processing; was \"" + text + "\"", e);
        }
    }
}
