package io.tidemark.cli.jobs;

import io.tidemark.stream.StartFrom;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a job so that it can go on after the stack was stopped or killed; a file of the data folder.
 *
 * @param jobId of the running or last run, 32 hexadecimal digits
 * @param offsets the resolved start, by partition
 * @param firstWindowStart see {@link StartOffsets}
 * @param resumedFrom path of the checkpoint that this run began with, null if none
 */
public record JobRecord(
        JobKind kind,
        String jobId,
        int parallelism,
        @Nullable String geoDatabase,
        long windowMillis,
        TimeCharacteristic time,
        long watermarkMillis,
        long latenessMillis,
        Map<Integer, Long> offsets,
        long firstWindowStart,
        @Nullable String resumedFrom) {
    public JobRecord {
        offsets = new TreeMap<>(offsets);
    }

    static JobRecord of(Submitted job, JobOptions options, @Nullable String resumedFrom) {
        return new JobRecord(
                job.kind(),
                job.id(),
                options.parallelism(),
                options.geoDatabase(),
                options.window().toMillis(),
                options.time(),
                options.watermark().toMillis(),
                options.lateness().toMillis(),
                job.start().byPartition(),
                job.start().firstWindowStart(),
                resumedFrom);
    }

    JobOptions options() {
        return new JobOptions(
                new StartFrom.Committed(),
                false,
                parallelism,
                geoDatabase,
                Duration.ofMillis(windowMillis),
                time,
                Duration.ofMillis(watermarkMillis),
                Duration.ofMillis(latenessMillis));
    }

    StartOffsets start() {
        return new StartOffsets(offsets, firstWindowStart);
    }
}
