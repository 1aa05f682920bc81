package io.tidemark.cli.jobs;

import io.tidemark.model.Aggregate;
import io.tidemark.model.SessionsBy;
import io.tidemark.store.SessionSettings;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.enrich.IpPolicy;
import io.tidemark.stream.session.SessionConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a job so that it can go on after the stack was stopped or killed; a file of the data folder.
 *
 * @param jobId of the running or last run, 32 hexadecimal digits
 * @param offsets the resolved start, by partition
 * @param firstWindowStart see {@link StartOffsets}
 * @param resumedFrom the checkpoint or savepoint that this run began with, null if none
 * @param savepoint the newest savepoint of this run, null if none
 * @param stopped whether it was stopped or cancelled, or came to its end, so that it goes on only when asked for
 */
public record JobRecord(
        JobKind kind,
        String jobId,
        int parallelism,
        @Nullable String geoDatabase,
        IpPolicy ip,
        long windowMillis,
        List<Aggregate> aggregates,
        TimeCharacteristic time,
        long watermarkMillis,
        long latenessMillis,
        long gapMillis,
        SessionsBy sessionsBy,
        long checkpointMillis,
        long quietAfterMillis,
        Map<Integer, Long> offsets,
        long firstWindowStart,
        @Nullable String resumedFrom,
        @Nullable String savepoint,
        boolean stopped) {
    public JobRecord {
        offsets = new TreeMap<>(offsets);
        // Absent from what was written by an earlier version.
        ip = ip == null ? IpPolicy.TRUNCATE : ip;
        aggregates = aggregates == null ? Aggregate.DEFAULTS : List.copyOf(aggregates);
        gapMillis = gapMillis == 0 ? SessionConfig.SESSIONS.gapMillis() : gapMillis;
        sessionsBy = sessionsBy == null ? SessionConfig.SESSIONS.by() : sessionsBy;
    }

    static JobRecord of(Submitted job, JobOptions options, @Nullable String resumedFrom) {
        return new JobRecord(
                job.kind(),
                job.id(),
                options.parallelism(),
                options.geoDatabase(),
                options.ip(),
                options.window().toMillis(),
                options.aggregates(),
                options.time(),
                options.watermark().toMillis(),
                options.lateness().toMillis(),
                options.sessions().gapMillis(),
                options.sessions().by(),
                options.pace().checkpoints().toMillis(),
                options.pace().quietAfter().toMillis(),
                job.start().byPartition(),
                job.start().firstWindowStart(),
                resumedFrom,
                null,
                false);
    }

    JobRecord withSavepoint(String location) {
        return with(location, stopped);
    }

    JobRecord asStopped() {
        return with(savepoint, true);
    }

    private JobRecord with(@Nullable String newSavepoint, boolean newStopped) {
        return new JobRecord(
                kind,
                jobId,
                parallelism,
                geoDatabase,
                ip,
                windowMillis,
                aggregates,
                time,
                watermarkMillis,
                latenessMillis,
                gapMillis,
                sessionsBy,
                checkpointMillis,
                quietAfterMillis,
                offsets,
                firstWindowStart,
                resumedFrom,
                newSavepoint,
                newStopped);
    }

    /** What was chosen of it. */
    public JobOptions options() {
        return new JobOptions(
                new StartFrom.Committed(),
                false,
                parallelism,
                geoDatabase,
                ip,
                Duration.ofMillis(windowMillis),
                aggregates,
                time,
                Duration.ofMillis(watermarkMillis),
                Duration.ofMillis(latenessMillis),
                new SessionSettings(gapMillis, sessionsBy),
                // Absent from what was written by an earlier version.
                checkpointMillis == 0
                        ? Pace.DEFAULT
                        : new Pace(Duration.ofMillis(checkpointMillis), Duration.ofMillis(quietAfterMillis)));
    }

    /** Where it started when it was submitted afresh. */
    public StartOffsets start() {
        return new StartOffsets(offsets, firstWindowStart);
    }
}
