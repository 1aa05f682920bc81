package io.tidemark.stream.enrich;

import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.StoreException;
import io.tidemark.stream.EnrichedTopic;
import io.tidemark.stream.JobDefaults;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.MainOptions;
import io.tidemark.stream.StartOffsets;
import java.util.Locale;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The enrich job for {@code flink run}. */
public final class EnrichMain {
    private static final String HELP = """
            Usage: flink run [-d] [-p N] [-s SAVEPOINT] -c io.tidemark.stream.enrich.EnrichMain tidemark-job.jar OPTIONS
            web-events -> processed_events and process_events_kafka. Brings the schema up to date; the topics must exist.
            %s  --geo-db FILE                  MMDB file that tells places by IP address, at this path on every machine.
              --ip truncate|keep|drop        What is stored of a client's address; by default /24 of IPv4, /48 of IPv6.
            """.formatted(MainOptions.COMMON_HELP);

    private EnrichMain() {}

    private static IpPolicy ip(String text) {
        return MainOptions.refused("ip", () -> {
            try {
                return IpPolicy.valueOf(text.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("must be truncate, keep or drop; was \"" + text + "\"", e);
            }
        });
    }

    /** Submits the job; returns when it has ended, unless {@code flink run} detaches. */
    public static void main(String[] args) throws Exception {
        MainOptions options = MainOptions.read(args, System.getenv(), Set.of("geo-db", "ip"), HELP);
        KafkaSettings kafka = options.kafka();
        StoreConfig store = options.store();
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(JobDefaults.settings(options.bounded()));
        int parallelism = options.parallelism(env.getParallelism());
        try {
            store.requireReachable();
            Migrations.apply(store);
            new EnrichedTopic(kafka).requireFit(EnrichedTopic.MAX_AHEAD);
            StartOffsets start = EnrichStart.offsets(kafka, store, options.from());
            String geoDatabase = options.text("geo-db").orElse(null);
            GeoLookup.open(geoDatabase).close();
            EnrichJob.define(
                    env,
                    new EnrichConfig(
                            kafka,
                            store,
                            start,
                            options.bounded(),
                            parallelism,
                            geoDatabase,
                            options.text("ip").map(EnrichMain::ip).orElse(IpPolicy.TRUNCATE),
                            EnrichConfig.FLUSH_INTERVAL,
                            EnrichConfig.MAX_AHEAD));
        } catch (StoreException | IllegalStateException | IllegalArgumentException e) {
            throw MainOptions.wrong(String.valueOf(e.getMessage()));
        }
        env.execute(EnrichJob.NAME);
    }
}
