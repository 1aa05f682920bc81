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

/** Waits for a bounded job to end, and tells what it counted. */
public final class BoundedRun {
    private static final long POLL_MILLIS = 250;
    private static final int START_SECONDS = 60;

    private BoundedRun() {}

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
        try {
            return counts(job.client().getAccumulators().get(POLL_MILLIS, TimeUnit.MILLISECONDS))
                    .getOrDefault(Tallies.READ, 0L);
        } catch (ExecutionException | TimeoutException notAtThisMoment) {
            // Progress is shown with what was known last; the job's own result tells of failures.
            return 0;
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
