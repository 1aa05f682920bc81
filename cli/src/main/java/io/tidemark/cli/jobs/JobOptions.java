package io.tidemark.cli.jobs;

import static java.util.Objects.requireNonNull;

import io.tidemark.stream.StartFrom;
import io.tidemark.stream.aggregate.AggregateConfig;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the user chooses of a job.
 *
 * @param geoDatabase path of an MMDB file, for the enrich job; null for none
 * @param checkpoints time between two of them, for both jobs
 * @param window size of the windows, for the aggregate job, as are time, watermark and lateness
 */
public record JobOptions(
        StartFrom from,
        boolean bounded,
        int parallelism,
        @Nullable String geoDatabase,
        Duration window,
        TimeCharacteristic time,
        Duration watermark,
        Duration lateness,
        Duration checkpoints) {
    /** The default of the time between two checkpoints. */
    public static final Duration CHECKPOINTS = Duration.ofSeconds(10);

    public JobOptions {
        requireNonNull(from, "from is null");
        requireNonNull(time, "time is null");
        requirePositive("window", window, "5m");
        requireNotNegative("watermark", watermark, "15s");
        requireNotNegative("lateness", lateness, "1h");
        requirePositive("checkpoints", checkpoints, "10s");
        if (parallelism < 1) {
            throw new IllegalArgumentException("parallelism must be at least 1; was " + parallelism);
        }
    }

    /** With the default time between two checkpoints. */
    public JobOptions(
            StartFrom from,
            boolean bounded,
            int parallelism,
            @Nullable String geoDatabase,
            Duration window,
            TimeCharacteristic time,
            Duration watermark,
            Duration lateness) {
        this(from, bounded, parallelism, geoDatabase, window, time, watermark, lateness, CHECKPOINTS);
    }

    /** Every default, with that parallelism. */
    public static JobOptions defaults(int parallelism) {
        return new JobOptions(
                new StartFrom.Committed(),
                false,
                parallelism,
                null,
                AggregateConfig.WINDOW,
                TimeCharacteristic.EVENT,
                AggregateConfig.WATERMARK_DELAY,
                AggregateConfig.ALLOWED_LATENESS);
    }

    public JobOptions bounded(StartFrom start) {
        return new JobOptions(start, true, parallelism, geoDatabase, window, time, watermark, lateness, checkpoints);
    }

    public JobOptions withFrom(StartFrom start) {
        return new JobOptions(start, bounded, parallelism, geoDatabase, window, time, watermark, lateness, checkpoints);
    }

    public JobOptions withGeoDatabase(@Nullable String path) {
        return new JobOptions(from, bounded, parallelism, path, window, time, watermark, lateness, checkpoints);
    }

    public JobOptions withWindow(Duration size) {
        return new JobOptions(from, bounded, parallelism, geoDatabase, size, time, watermark, lateness, checkpoints);
    }

    public JobOptions withTime(TimeCharacteristic characteristic) {
        return new JobOptions(
                from, bounded, parallelism, geoDatabase, window, characteristic, watermark, lateness, checkpoints);
    }

    public JobOptions withParallelism(int subtasks) {
        return new JobOptions(from, bounded, subtasks, geoDatabase, window, time, watermark, lateness, checkpoints);
    }

    public JobOptions withWatermark(Duration delay) {
        return new JobOptions(from, bounded, parallelism, geoDatabase, window, time, delay, lateness, checkpoints);
    }

    private static void requirePositive(String name, Duration value, String example) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(name + " must be positive, e.g. " + example + "; was " + value);
        }
    }

    private static void requireNotNegative(String name, Duration value, String example) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative, e.g. " + example + "; was " + value);
        }
    }
}
