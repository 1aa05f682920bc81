package io.tidemark.cli.jobs;

import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.Migrations;
import io.tidemark.store.WindowSettings;
import io.tidemark.stream.EnrichedTopic;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.StartOffsetsResolver;
import io.tidemark.stream.aggregate.AggregateConfig;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.aggregate.AggregateJob;
import io.tidemark.stream.enrich.EnrichConfig;
import io.tidemark.stream.enrich.EnrichJob;
import io.tidemark.stream.enrich.GeoLookup;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.messages.Acknowledge;
import org.apache.flink.runtime.rest.ConnectionClosedException;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Submits jobs to a session cluster over its REST endpoint; the embedded cluster is one like any other. */
public final class JobLauncher {
    private static final Duration FIRST_RESTART = Duration.ofMillis(500);
    private static final Duration LONGEST_RESTART = Duration.ofSeconds(10);
    private static final int ANSWER_SECONDS = 30;
    private static final int SAVEPOINT_SECONDS = 300;
    private static final Logger LOG = LoggerFactory.getLogger(JobLauncher.class);

    private final Target target;
    private final boolean evenIfRunning;

    public JobLauncher(Target target) {
        this(target, false);
    }

    private JobLauncher(Target target, boolean evenIfRunning) {
        this.target = target;
        this.evenIfRunning = evenIfRunning;
    }

    /** One that submits a further copy of a job that runs: to show that this does no harm, not to be of use. */
    public JobLauncher evenIfRunning() {
        return new JobLauncher(target, true);
    }

    /** Makes tables where they are missing. */
    public void migrate() {
        Migrations.apply(target.store());
    }

    /**
     * Makes sure that the tables may hold such windows.
     *
     * @throws io.tidemark.store.StoreException if they hold windows of another kind
     */
    public void claimWindows(JobOptions options) {
        WindowSettings.claim(
                target.store(), options.window(), options.time().name().toLowerCase(Locale.ROOT));
    }

    /**
     * Submits a job that starts where the options say.
     *
     * @throws JobFailedException if such a job runs already, or the cluster does not take it
     */
    public Submitted submit(JobKind kind, JobOptions options) {
        return submit(kind, options, resolve(kind, options), null);
    }

    /**
     * Submits a job that goes on from a checkpoint or savepoint; without one, from its resolved start. Its parallelism may
     * be another than before.
     */
    public Submitted resume(JobKind kind, JobOptions options, StartOffsets start, @Nullable RestorePoint from) {
        return submit(kind, options, start, from);
    }

    /** What is newest in the raw topic now. */
    public StartOffsets rawEnds() {
        return raw().resolve(new StartFrom.Latest());
    }

    /** Lets the enrich job's consumer group stand there, so that {@code committed} starts there. */
    public void commitRaw(StartOffsets offsets) {
        raw().commit(offsets);
    }

    private StartOffsetsResolver raw() {
        return new StartOffsetsResolver(target.kafka(), Topics.RAW, EnrichConfig.GROUP_ID);
    }

    private StartOffsetsResolver enriched() {
        return new StartOffsetsResolver(target.kafka(), Topics.ENRICHED, AggregateConfig.GROUP_ID);
    }

    private StartOffsets resolve(JobKind kind, JobOptions options) {
        return switch (kind) {
            case ENRICH -> raw().resolve(options.from());
            case AGGREGATE ->
                // By processing time, what is read again counts again, in a window of now: so nothing is.
                options.time() == TimeCharacteristic.PROCESSING
                        ? enriched().resolve(options.from())
                        : enriched()
                                .resolveAtWindow(
                                        options.from(), TumblingWindows.of(options.window()), options.watermark());
        };
    }

    private Submitted submit(JobKind kind, JobOptions options, StartOffsets start, @Nullable RestorePoint from) {
        if (!evenIfRunning) {
            requireNotRunning(kind);
        }
        new EnrichedTopic(target.kafka()).requireFit();
        StreamExecutionEnvironment env = environment(options, from);
        switch (kind) {
            case ENRICH -> {
                GeoLookup.open(options.geoDatabase()).close();
                EnrichJob.define(env, enrichConfig(options, start));
            }
            case AGGREGATE -> {
                claimWindows(options);
                AggregateJob.define(env, aggregateConfig(options, start));
            }
        }
        try {
            JobClient client = env.executeAsync(kind.jobName());
            return new Submitted(kind, client, start, page(client));
        } catch (Exception e) {
            throw new JobFailedException(
                    "Cannot submit %s to Flink at %s: %s"
                            .formatted(kind.jobName(), target.flink(), JobFailedException.rootMessage(e)),
                    e);
        }
    }

    private URI page(JobClient client) {
        return URI.create("http://" + target.flink() + "/#/job/running/"
                + client.getJobID().toHexString());
    }

    private EnrichConfig enrichConfig(JobOptions options, StartOffsets start) {
        return new EnrichConfig(
                target.kafka(),
                target.store(),
                start,
                options.bounded(),
                options.parallelism(),
                options.geoDatabase(),
                EnrichConfig.FLUSH_INTERVAL,
                EnrichConfig.MAX_AHEAD);
    }

    private AggregateConfig aggregateConfig(JobOptions options, StartOffsets start) {
        return new AggregateConfig(
                target.kafka(),
                target.store(),
                start,
                options.bounded(),
                options.parallelism(),
                TumblingWindows.of(options.window()),
                options.time(),
                options.watermark(),
                options.lateness(),
                AggregateConfig.QUIET_AFTER,
                AggregateConfig.FLUSH_INTERVAL);
    }

    private StreamExecutionEnvironment environment(JobOptions options, @Nullable RestorePoint from) {
        Configuration settings = new Configuration();
        settings.set(PipelineOptions.GENERIC_TYPES, false);
        if (!options.bounded()) {
            settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, options.checkpoints());
            // A checkpoint that cannot be written, or waits for Postgres or Kafka too long, costs a longer replay, no
            // more.
            settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
            settings.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
            settings.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF, FIRST_RESTART);
            settings.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, LONGEST_RESTART);
            settings.set(
                    CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                    ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        }
        if (from != null) {
            settings.set(StateRecoveryOptions.SAVEPOINT_PATH, from.location());
            settings.set(
                    StateRecoveryOptions.RESTORE_MODE,
                    from.owned() ? RecoveryClaimMode.CLAIM : RecoveryClaimMode.NO_CLAIM);
        }
        String[] jars = target.jars().stream().map(Path::toString).toArray(String[]::new);
        return StreamExecutionEnvironment.createRemoteEnvironment(
                target.flinkHost(), target.flinkPort(), settings, jars);
    }

    /** Two copies of a job would only get in each other's way: the ledger lets one of them write. */
    private void requireNotRunning(JobKind kind) {
        running(kind).ifPresent(job -> {
            throw new JobFailedException(
                    "%s is already there (%s, %s); stop it first with 'tidemark job stop %s', or cancel it on http://%s"
                            .formatted(kind.jobName(), job.getJobId(), job.getJobState(), kind, target.flink()),
                    null);
        });
    }

    /** The job of that kind that runs on the cluster, or is about to; one of them if there are several. */
    public Optional<JobStatusMessage> running(JobKind kind) {
        return listJobs().stream()
                .filter(job -> job.getJobName().equals(kind.jobName())
                        && !job.getJobState().isGloballyTerminalState())
                .findFirst();
    }

    /** Whether such a job runs on the cluster, or is about to. */
    public boolean runs(JobKind kind) {
        return running(kind).isPresent();
    }

    /** Notes the jobs that the user has cancelled, so that they do not come back with the next start. */
    public void forgetEnded(JobRegistry registry) {
        registry.noteEnded(listJobs().stream()
                .map(job -> new FlinkRest.KnownJob(
                        job.getJobId().toHexString(), job.getJobName(), job.getJobState(), job.getStartTime(), 0))
                .toList());
    }

    /** Takes a savepoint into the cluster's own folder for them; the job goes on. */
    public RestorePoint savepoint(JobKind kind) {
        return savepoint(kind, null);
    }

    /**
     * Takes a savepoint; the job goes on.
     *
     * @param folder URI or path on the cluster, null for the cluster's own
     * @throws JobFailedException if the job does not run, or the savepoint does not come about
     */
    public RestorePoint savepoint(JobKind kind, @Nullable String folder) {
        JobID id = requireRunning(kind);
        return RestorePoint.savepoint(ask(
                "take a savepoint of " + kind.jobName(),
                flink -> flink.triggerSavepoint(id, folder, SavepointFormatType.CANONICAL),
                SAVEPOINT_SECONDS));
    }

    /** Stops a job with a savepoint in the cluster's own folder for them. */
    public RestorePoint stopWithSavepoint(JobKind kind) {
        return stopWithSavepoint(kind, null);
    }

    /**
     * Stops a job with a savepoint that it can go on from.
     *
     * @param folder URI or path on the cluster, null for the cluster's own
     * @throws JobFailedException if the job does not run, or the savepoint does not come about; the job then goes on
     */
    public RestorePoint stopWithSavepoint(JobKind kind, @Nullable String folder) {
        JobID id = requireRunning(kind);
        return RestorePoint.savepoint(ask(
                "stop " + kind.jobName() + " with a savepoint",
                flink -> flink.stopWithSavepoint(id, false, folder, SavepointFormatType.CANONICAL),
                SAVEPOINT_SECONDS));
    }

    /** Cancels the job without a savepoint; its newest checkpoint stays. Returns before it has ended. */
    public void cancel(JobKind kind) {
        JobID id = requireRunning(kind);
        Acknowledge done = ask("cancel " + kind.jobName(), flink -> flink.cancel(id), ANSWER_SECONDS);
        LOG.info("Cancelling {}: {}", kind.jobName(), done);
    }

    private JobID requireRunning(JobKind kind) {
        return running(kind)
                .map(JobStatusMessage::getJobId)
                .orElseThrow(() -> new JobFailedException(
                        "%s does not run on Flink at %s".formatted(kind.jobName(), target.flink()), null));
    }

    private Collection<JobStatusMessage> listJobs() {
        return ask("list the jobs", RestClusterClient::listJobs, ANSWER_SECONDS);
    }

    private <T> T ask(
            String what, Function<RestClusterClient<StandaloneClusterId>, CompletableFuture<T>> question, int seconds) {
        Configuration settings = new Configuration();
        settings.set(RestOptions.ADDRESS, target.flinkHost());
        settings.set(RestOptions.PORT, target.flinkPort());
        settings.set(RestOptions.RETRY_MAX_ATTEMPTS, 3);
        try (RestClusterClient<StandaloneClusterId> flink =
                new RestClusterClient<>(settings, StandaloneClusterId.getInstance())) {
            return question.apply(flink).get(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("Interrupted while asking Flink at " + target.flink(), e);
        } catch (TimeoutException e) {
            throw new JobFailedException(
                    "Cannot %s: Flink at %s has not done it within %d s".formatted(what, target.flink(), seconds), e);
        } catch (Exception e) {
            boolean silent = ExceptionUtils.findThrowable(e, IOException.class).isPresent()
                    || ExceptionUtils.findThrowable(e, ConnectionClosedException.class)
                            .isPresent();
            String message = silent
                    ? "Flink at %s does not answer (%s); is it running?"
                            .formatted(target.flink(), JobFailedException.rootMessage(e))
                    : "Cannot %s: %s".formatted(what, JobFailedException.rootMessage(e));
            throw new JobFailedException(message, e);
        }
    }
}
