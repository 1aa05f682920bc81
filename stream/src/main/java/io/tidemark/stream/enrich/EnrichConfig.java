package io.tidemark.stream.enrich;

import static java.util.Objects.requireNonNull;

import io.tidemark.store.StoreConfig;
import io.tidemark.stream.EnrichedTopic;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartOffsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the enrich job.
 *
 * @param start where in the raw topic to start, if not resumed from a checkpoint
 * @param bounded whether to end at what is newest when the job starts
 * @param parallelism subtasks of every operator, at least 1; more than partitions are of no use
 * @param geoDatabase path of an MMDB file on every machine of the cluster, null for none
 * @param ip what is stored of a client's address
 * @param flushInterval the longest that a row waits before it is written
 * @param maxAhead how far an event may be ahead of its record's arrival
 */
public record EnrichConfig(
        KafkaSettings kafka,
        StoreConfig store,
        StartOffsets start,
        boolean bounded,
        int parallelism,
        @Nullable String geoDatabase,
        IpPolicy ip,
        Duration flushInterval,
        Duration maxAhead) {

    /** The default flush interval. */
    public static final Duration FLUSH_INTERVAL = Duration.ofMillis(200);

    /** The default of how far an event may be ahead of its record's arrival. */
    public static final Duration MAX_AHEAD = EnrichedTopic.MAX_AHEAD;

    /** Consumer group of the job: its committed offsets show how far it is. */
    public static final String GROUP_ID = "tidemark-enrich";

    public EnrichConfig {
        requireNonNull(kafka, "kafka is null");
        requireNonNull(store, "store is null");
        requireNonNull(start, "start is null");
        requireNonNull(ip, "ip is null");
        if (parallelism < 1) {
            throw new IllegalArgumentException("parallelism must be at least 1; was " + parallelism);
        }
        if (flushInterval.toMillis() < 1) {
            throw new IllegalArgumentException("flushInterval must be at least 1 ms; was " + flushInterval);
        }
        if (maxAhead.isNegative()) {
            throw new IllegalArgumentException("maxAhead must not be negative; was " + maxAhead);
        }
    }
}
