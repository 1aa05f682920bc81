package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartOffsets;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * Settings of the aggregate job.
 *
 * @param start where in the enriched topic to start, if not resumed from a checkpoint
 * @param bounded whether to end at what is newest when the job starts; all windows then close at the end
 * @param parallelism subtasks of every operator, at least 1
 * @param aggregates counted besides the two tables of the contract, each in the generation of its table
 * @param windows of all that is counted, unless an aggregate has its own, which are made of them
 * @param newAggregatesFrom start of the first window in which no hit can have been read yet: an aggregate that is new to a job
 *     that goes on is counted from there
 * @param watermarkDelay how far the watermark stays behind the newest event of each partition
 * @param allowedLateness how long a closed window can still be revised from the job's state; what is later is
 *     recomputed from {@code processed_events}
 * @param quietAfter how long a partition must have delivered nothing before it counts as quiet
 * @param flushInterval the longest that a result waits before it is written
 */
public record AggregateConfig(
        KafkaSettings kafka,
        StoreConfig store,
        StartOffsets start,
        boolean bounded,
        int parallelism,
        TumblingWindows windows,
        List<Aggregate> aggregates,
        long newAggregatesFrom,
        TimeCharacteristic time,
        Duration watermarkDelay,
        Duration allowedLateness,
        Duration quietAfter,
        Duration flushInterval)
        implements Serializable {

    public static final Duration WINDOW = Duration.ofMinutes(5);
    public static final Duration WATERMARK_DELAY = Duration.ofSeconds(15);
    public static final Duration ALLOWED_LATENESS = Duration.ofHours(1);
    public static final Duration QUIET_AFTER = Duration.ofSeconds(5);
    public static final Duration FLUSH_INTERVAL = Duration.ofMillis(200);

    /** Consumer group of the job: its committed offsets show how far it is. */
    public static final String GROUP_ID = "tidemark-aggregate";

    public AggregateConfig {
        requireNonNull(kafka, "kafka is null");
        requireNonNull(store, "store is null");
        requireNonNull(start, "start is null");
        requireNonNull(windows, "windows is null");
        aggregates = List.copyOf(aggregates);
        Aggregate.requireMadeOf(windows, aggregates);
        requireNonNull(time, "time is null");
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

    /** Which time decides an event's window. */
    public enum TimeCharacteristic {
        /** When the event happened. */
        EVENT,
        /** When the job reads the event. */
        PROCESSING
    }
}
