package io.tidemark.stream.session;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.SessionsBy;
import io.tidemark.store.SessionSettings;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartOffsets;
import java.io.Serializable;
import java.time.Duration;

/**
 * Settings of the session job.
 *
 * @param start where in the enriched topic to start, if not resumed from a checkpoint; its first window start is the time from
 *     which on every page view is seen
 * @param bounded whether to end at what is newest when the job starts; all sessions then close at the end
 * @param parallelism subtasks of every operator, at least 1
 * @param sessions what a session is
 * @param watermarkDelay how far the watermark stays behind the newest event of each partition
 * @param allowedLateness how long a closed session can still be revised from the job's state; what later page views touch is
 *     recomputed from {@code processed_events}
 * @param quietAfter how long a partition must have delivered nothing before it counts as quiet
 * @param flushInterval the longest that a session waits before it is written
 */
public record SessionConfig(
        KafkaSettings kafka,
        StoreConfig store,
        StartOffsets start,
        boolean bounded,
        int parallelism,
        SessionSettings sessions,
        Duration watermarkDelay,
        Duration allowedLateness,
        Duration quietAfter,
        Duration flushInterval)
        implements Serializable {

    public static final Duration GAP = Duration.ofMinutes(5);
    public static final SessionSettings SESSIONS = SessionSettings.of(GAP, SessionsBy.VISITOR);
    public static final Duration WATERMARK_DELAY = Duration.ofSeconds(15);
    public static final Duration ALLOWED_LATENESS = Duration.ofHours(1);
    public static final Duration QUIET_AFTER = Duration.ofSeconds(5);
    public static final Duration FLUSH_INTERVAL = Duration.ofMillis(200);

    /** Consumer group of the job: its committed offsets show how far it is. */
    public static final String GROUP_ID = "tidemark-session";

    public SessionConfig {
        requireNonNull(kafka, "kafka is null");
        requireNonNull(store, "store is null");
        requireNonNull(start, "start is null");
        requireNonNull(sessions, "sessions is null");
        if (parallelism < 1) {
            throw new IllegalArgumentException("parallelism must be at least 1; was " + parallelism);
        }
        if (watermarkDelay.isNegative() || allowedLateness.isNegative()) {
            throw new IllegalArgumentException("watermarkDelay and allowedLateness must not be negative; were "
                    + watermarkDelay + " and " + allowedLateness);
        }
        if (quietAfter.toMillis() < 1 || flushInterval.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "quietAfter and flushInterval must be at least 1 ms; were " + quietAfter + " and " + flushInterval);
        }
    }
}
