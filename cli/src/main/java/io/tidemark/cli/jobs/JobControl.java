package io.tidemark.cli.jobs;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.messages.Acknowledge;
import org.apache.flink.runtime.rest.ConnectionClosedException;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the jobs on a session cluster, and stops them. */
public final class JobControl {
    private static final Logger LOG = LoggerFactory.getLogger(JobControl.class);
    private static final int ANSWER_SECONDS = 30;
    private static final int SAVEPOINT_SECONDS = 300;
    private static final int TASKS_SECONDS = 60;
    private static final String TASKS_DO_NOT_RUN = "Not all required tasks are currently running";

    /** What Flink puts before the message of an exception that came over the network. */
    private static final String EXCEPTION_NAME = "^(?:[a-z0-9_]+\\.)+[A-Z]\\w*: ";

    private static final Duration POLL = Duration.ofMillis(100);

    private final String flink;

    /** Of the cluster whose REST endpoint is at {@code host:port}. */
    public JobControl(String flink) {
        this.flink = Target.requireHostAndPort(flink);
    }

    /** The job of that kind that runs on the cluster, or is about to; one of them if there are several. */
    public Optional<JobStatusMessage> running(JobKind kind) {
        return listJobs().stream()
                .filter(job -> job.getJobName().equals(kind.jobName())
                        && !job.getJobState().isGloballyTerminalState())
                .findFirst();
    }

    /** All jobs that the cluster knows. */
    List<FlinkRest.KnownJob> all() {
        return listJobs().stream()
                .map(job -> new FlinkRest.KnownJob(
                        job.getJobId().toHexString(), job.getJobName(), job.getJobState(), job.getStartTime(), 0))
                .toList();
    }

    /**
     * Takes a savepoint; the job goes on.
     *
     * @param folder URI or path on the cluster, null for the cluster's own
     * @throws JobFailedException if the job does not run, or the savepoint does not come about
     */
    public RestorePoint savepoint(JobKind kind, @Nullable String folder) {
        JobID id = requireRunning(kind);
        return RestorePoint.savepoint(askOnceTasksRun(
                "take a savepoint of " + kind.jobName(),
                client -> client.triggerSavepoint(id, folder, SavepointFormatType.CANONICAL)));
    }

    /**
     * Stops a job with a savepoint that it can go on from; returns once it has ended.
     *
     * @param folder URI or path on the cluster, null for the cluster's own
     * @throws JobFailedException if the job does not run, or the savepoint does not come about; the job then goes on
     */
    public RestorePoint stopWithSavepoint(JobKind kind, @Nullable String folder) {
        JobID id = requireRunning(kind);
        RestorePoint savepoint = RestorePoint.savepoint(askOnceTasksRun(
                "stop " + kind.jobName() + " with a savepoint",
                client -> client.stopWithSavepoint(id, false, folder, SavepointFormatType.CANONICAL)));
        awaitEnd(kind, id);
        return savepoint;
    }

    /** Cancels the job without a savepoint, and waits for that; its newest checkpoint stays. */
    public void cancel(JobKind kind) {
        JobID id = requireRunning(kind);
        Acknowledge done = ask("cancel " + kind.jobName(), client -> client.cancel(id), ANSWER_SECONDS);
        LOG.debug("Cancelling {}: {}", kind.jobName(), done);
        awaitEnd(kind, id);
    }

    /** A job is said to run before all of its tasks do, and has no savepoint to give until then. */
    private <T> T askOnceTasksRun(
            String what, Function<RestClusterClient<StandaloneClusterId>, CompletableFuture<T>> question) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TASKS_SECONDS);
        while (true) {
            try {
                return ask(what, question, SAVEPOINT_SECONDS);
            } catch (JobFailedException e) {
                if (!String.valueOf(e.getMessage()).contains(TASKS_DO_NOT_RUN) || System.nanoTime() > deadline) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("Interrupted while waiting for a job", e);
        }
    }

    private void awaitEnd(JobKind kind, JobID id) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
        while (listJobs().stream()
                .anyMatch(job -> job.getJobId().equals(id) && !job.getJobState().isGloballyTerminalState())) {
            if (System.nanoTime() > deadline) {
                throw new JobFailedException(
                        "%s (%s) does not end on Flink at %s".formatted(kind.jobName(), id, flink), null);
            }
            pause();
        }
    }

    private JobID requireRunning(JobKind kind) {
        return running(kind)
                .map(JobStatusMessage::getJobId)
                .orElseThrow(() -> new JobFailedException(
                        "%s does not run on Flink at %s".formatted(kind.jobName(), flink), null));
    }

    private Collection<JobStatusMessage> listJobs() {
        return ask("list the jobs", RestClusterClient::listJobs, ANSWER_SECONDS);
    }

    private <T> T ask(
            String what, Function<RestClusterClient<StandaloneClusterId>, CompletableFuture<T>> question, int seconds) {
        Configuration settings = new Configuration();
        settings.set(RestOptions.ADDRESS, Target.host(flink));
        settings.set(RestOptions.PORT, Target.port(flink));
        settings.set(RestOptions.RETRY_MAX_ATTEMPTS, 3);
        try (RestClusterClient<StandaloneClusterId> client =
                new RestClusterClient<>(settings, StandaloneClusterId.getInstance())) {
            return question.apply(client).get(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("Interrupted while asking Flink at " + flink, e);
        } catch (TimeoutException e) {
            throw new JobFailedException(
                    "Cannot %s: Flink at %s has not done it within %d s".formatted(what, flink, seconds), e);
        } catch (Exception e) {
            boolean silent = ExceptionUtils.findThrowable(e, IOException.class).isPresent()
                    || ExceptionUtils.findThrowable(e, ConnectionClosedException.class)
                            .isPresent();
            String message = silent
                    ? "Flink at %s does not answer (%s); is it running?"
                            .formatted(flink, JobFailedException.rootMessage(e))
                    : "Cannot %s: %s"
                            .formatted(what, JobFailedException.rootMessage(e).replaceFirst(EXCEPTION_NAME, ""));
            throw new JobFailedException(message, e);
        }
    }
}
