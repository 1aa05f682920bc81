package io.tidemark.cli.jobs;

import io.tidemark.stream.Tallies;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for a job, and tells what it counts. */
public final class RunningJob {
    private static final Logger LOG = LoggerFactory.getLogger(RunningJob.class);
    private static final long POLL_MILLIS = 250;
    private static final int START_SECONDS = 60;

    private RunningJob() {}

    /**
     * Waits to the end.
     *
     * @param progress told now and then how many records were read so far
     * @return the counts by the names of {@link Tallies}; exact
     * @throws JobFailedException if the job fails
     */
    public static Map<String, Long> await(Submitted job, LongConsumer progress) {
        CompletableFuture<JobExecutionResult> result = job.client().getJobExecutionResult();
        try {
            while (true) {
                try {
                    return counts(result.get(POLL_MILLIS, TimeUnit.MILLISECONDS).getAllAccumulatorResults());
                } catch (TimeoutException stillRunning) {
                    progress.accept(read(job));
                }
            }
        } catch (ExecutionException e) {
            throw new JobFailedException(
                    "%s failed: %s".formatted(job.kind().jobName(), JobFailedException.rootMessage(e)), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("Interrupted while " + job.kind().jobName() + " was running", e);
        }
    }

    /**
     * Waits until the job's tasks run.
     *
     * @throws JobFailedException if it fails before, or has not come so far after a minute, as for lack of slots
     */
    public static void awaitRunning(Submitted job) {
        try {
            for (int i = 0; i < START_SECONDS * 1000 / POLL_MILLIS; i++) {
                JobStatus state = job.client().getJobStatus().get(START_SECONDS, TimeUnit.SECONDS);
                if (state == JobStatus.RUNNING || state == JobStatus.FINISHED) {
                    return;
                } else if (state.isTerminalState() || state == JobStatus.FAILING) {
                    Map<String, Long> ignored = await(job, read -> {});
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new JobFailedException(
                    "Cannot tell how %s does: %s".formatted(job.kind().jobName(), JobFailedException.rootMessage(e)),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("Interrupted while " + job.kind().jobName() + " was starting", e);
        }
        throw new JobFailedException(
                "%s does not start within %d s; are there enough free slots? See %s"
                        .formatted(job.kind().jobName(), START_SECONDS, job.page()),
                null);
    }

    private static long read(Submitted job) throws InterruptedException {
        return countsOr(job, Map.of()).getOrDefault(Tallies.READ, 0L);
    }

    /** What a running job has counted so far, at most a second old; what was known before if it cannot say now. */
    public static Map<String, Long> countsOr(Submitted job, Map<String, Long> before) throws InterruptedException {
        try {
            return counts(job.client().getAccumulators().get(START_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException notAtThisMoment) {
            LOG.debug("No counts of {} at this moment", job.kind().jobName(), notAtThisMoment);
            return before;
        }
    }

    private static Map<String, Long> counts(Map<String, Object> accumulators) {
        Map<String, Long> counts = new TreeMap<>();
        accumulators.forEach((name, value) -> {
            if (value instanceof Long count) {
                counts.put(name, count);
            }
        });
        return counts;
    }
}
