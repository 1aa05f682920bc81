package io.tidemark.stream.session;

import io.tidemark.model.SessionsBy;
import io.tidemark.store.Migrations;
import io.tidemark.store.SessionSettings;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.StoreException;
import io.tidemark.stream.EnrichedTopic;
import io.tidemark.stream.JobDefaults;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.MainOptions;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The session job for {@code flink run}. */
public final class SessionMain {
    private static final Set<String> OWN = Set.of("gap", "sessions", "watermark", "lateness");
    private static final String HELP = """
            Usage: flink run [-d] [-p N] [-s SAVEPOINT] -c io.tidemark.stream.session.SessionMain tidemark-job.jar OPTIONS
            process_events_kafka -> sessions of visitors. Brings the schema up to date; the topics must exist.
            %s  --gap DURATION                 The longest pause within a session; by default 5m.
              --sessions visitor|ip          Whose page views on a host make up a session; by default the visitor's.
              --watermark DURATION           How far the watermark stays behind the newest event; by default 15s.
              --lateness DURATION            How long a closed session can be revised; by default 1h.
            """.formatted(MainOptions.COMMON_HELP);

    private SessionMain() {}

    /** Submits the job; returns when it has ended, unless {@code flink run} detaches. */
    public static void main(String[] args) throws Exception {
        MainOptions options = MainOptions.read(args, System.getenv(), OWN, HELP);
        KafkaSettings kafka = options.kafka();
        StoreConfig store = options.store();
        Duration gap = options.duration("gap", SessionConfig.GAP);
        SessionsBy by = MainOptions.refused("sessions", () -> by(options));
        SessionSettings sessions = MainOptions.refused("gap", () -> SessionSettings.of(gap, by));
        Duration watermark = options.duration("watermark", SessionConfig.WATERMARK_DELAY);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(JobDefaults.settings(options.bounded()));
        int parallelism = options.parallelism(env.getParallelism());
        try {
            store.requireReachable();
            Migrations.apply(store);
            new EnrichedTopic(kafka).requireFit(EnrichedTopic.MAX_AHEAD);
            SessionStart.claim(store, sessions);
            SessionJob.define(
                    env,
                    new SessionConfig(
                            kafka,
                            store,
                            SessionStart.offsets(kafka, store, options.from(), sessions, watermark),
                            options.bounded(),
                            parallelism,
                            sessions,
                            watermark,
                            options.duration("lateness", SessionConfig.ALLOWED_LATENESS),
                            SessionConfig.QUIET_AFTER,
                            SessionConfig.FLUSH_INTERVAL));
        } catch (StoreException | IllegalStateException | IllegalArgumentException e) {
            throw MainOptions.wrong(String.valueOf(e.getMessage()));
        }
        env.execute(SessionJob.NAME);
    }

    private static SessionsBy by(MainOptions options) {
        String text = options.text("sessions").orElse(SessionsBy.VISITOR.code());
        try {
            return SessionsBy.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("must be one of visitor, ip; was \"" + text + "\"", e);
        }
    }
}
