package io.tidemark.cli.jobs;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.SessionSettings;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.aggregate.AggregateConfig;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.enrich.IpPolicy;
import io.tidemark.stream.session.SessionConfig;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user chooses of a job.
 *
 * @param geoDatabase path of an MMDB file, for the enrich job; null for none
 * @param ip what the enrich job stores of a client's address
 * @param window size of the windows, for the aggregate job, as are aggregates and time
 * @param aggregates counted besides the two tables of the contract
 * @param watermark how far event time stays behind the newest event, for the aggregate and the session job
 * @param lateness how long a closed window or session can be revised
 * @param sessions what the session job makes
 */
public record JobOptions(
        StartFrom from,
        boolean bounded,
        int parallelism,
        @Nullable String geoDatabase,
        IpPolicy ip,
        Duration window,
        List<Aggregate> aggregates,
        TimeCharacteristic time,
        Duration watermark,
        Duration lateness,
        SessionSettings sessions,
        Pace pace) {
    public JobOptions {
        requireNonNull(from, "from is null");
        requireNonNull(ip, "ip is null");
        aggregates = List.copyOf(aggregates);
        requireNonNull(time, "time is null");
        requirePositive("window", window, "5m");
        requireNotNegative("watermark", watermark, "15s");
        requireNotNegative("lateness", lateness, "1h");
        requireNonNull(sessions, "sessions is null");
        requireNonNull(pace, "pace is null");
        if (parallelism < 1) {
            throw new IllegalArgumentException("parallelism must be at least 1; was " + parallelism);
        }
    }

    /** At the default pace. */
    public JobOptions(
            StartFrom from,
            boolean bounded,
            int parallelism,
            @Nullable String geoDatabase,
            IpPolicy ip,
            Duration window,
            List<Aggregate> aggregates,
            TimeCharacteristic time,
            Duration watermark,
            Duration lateness) {
        this(from, bounded, parallelism, geoDatabase, ip, window, aggregates, time, watermark, lateness, Pace.DEFAULT);
    }

    /** With the default sessions. */
    public JobOptions(
            StartFrom from,
            boolean bounded,
            int parallelism,
            @Nullable String geoDatabase,
            IpPolicy ip,
            Duration window,
            List<Aggregate> aggregates,
            TimeCharacteristic time,
            Duration watermark,
            Duration lateness,
            Pace pace) {
        this(
                from,
                bounded,
                parallelism,
                geoDatabase,
                ip,
                window,
                aggregates,
                time,
                watermark,
                lateness,
                SessionConfig.SESSIONS,
                pace);
    }

    /** Every default, with that parallelism. */
    public static JobOptions defaults(int parallelism) {
        return new JobOptions(
                new StartFrom.Committed(),
                false,
                parallelism,
                null,
                IpPolicy.TRUNCATE,
                AggregateConfig.WINDOW,
                Aggregate.DEFAULTS,
                TimeCharacteristic.EVENT,
                AggregateConfig.WATERMARK_DELAY,
                AggregateConfig.ALLOWED_LATENESS,
                SessionConfig.SESSIONS,
                Pace.DEFAULT);
    }

    /**
     * Makes sure that the aggregates fit the windows.
     *
     * @return these options
     * @throws IllegalArgumentException naming the table of one that does not
     */
    public JobOptions requireFit() {
        Aggregate.requireMadeOf(TumblingWindows.of(window), aggregates);
        return this;
    }

    public JobOptions bounded(StartFrom start) {
        return new JobOptions(
                start,
                true,
                parallelism,
                geoDatabase,
                ip,
                window,
                aggregates,
                time,
                watermark,
                lateness,
                sessions,
                pace);
    }

    public JobOptions withFrom(StartFrom start) {
        return new JobOptions(
                start,
                bounded,
                parallelism,
                geoDatabase,
                ip,
                window,
                aggregates,
                time,
                watermark,
                lateness,
                sessions,
                pace);
    }

    public JobOptions withGeoDatabase(@Nullable String path) {
        return new JobOptions(
                from, bounded, parallelism, path, ip, window, aggregates, time, watermark, lateness, sessions, pace);
    }

    public JobOptions withIp(IpPolicy policy) {
        return new JobOptions(
                from,
                bounded,
                parallelism,
                geoDatabase,
                policy,
                window,
                aggregates,
                time,
                watermark,
                lateness,
                sessions,
                pace);
    }

    public JobOptions withWindow(Duration size) {
        return new JobOptions(
                from,
                bounded,
                parallelism,
                geoDatabase,
                ip,
                size,
                aggregates,
                time,
                watermark,
                lateness,
                sessions,
                pace);
    }

    public JobOptions withAggregates(List<Aggregate> chosen) {
        return new JobOptions(
                from, bounded, parallelism, geoDatabase, ip, window, chosen, time, watermark, lateness, sessions, pace);
    }

    public JobOptions withSessions(SessionSettings chosen) {
        return new JobOptions(
                from,
                bounded,
                parallelism,
                geoDatabase,
                ip,
                window,
                aggregates,
                time,
                watermark,
                lateness,
                chosen,
                pace);
    }

    public JobOptions withTime(TimeCharacteristic characteristic) {
        return new JobOptions(
                from,
                bounded,
                parallelism,
                geoDatabase,
                ip,
                window,
                aggregates,
                characteristic,
                watermark,
                lateness,
                sessions,
                pace);
    }

    public JobOptions withParallelism(int subtasks) {
        return new JobOptions(
                from,
                bounded,
                subtasks,
                geoDatabase,
                ip,
                window,
                aggregates,
                time,
                watermark,
                lateness,
                sessions,
                pace);
    }

    public JobOptions withWatermark(Duration delay) {
        return new JobOptions(
                from, bounded, parallelism, geoDatabase, ip, window, aggregates, time, delay, lateness, sessions, pace);
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
