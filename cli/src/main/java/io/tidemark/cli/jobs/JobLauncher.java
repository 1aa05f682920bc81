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
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobStatus;
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
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** Submits jobs to a session cluster over its REST endpoint; the embedded cluster is one like any other. */
public final class JobLauncher {
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);
    private static final Duration FIRST_RESTART = Duration.ofMillis(500);
    private static final Duration LONGEST_RESTART = Duration.ofSeconds(10);
    private static final int ANSWER_SECONDS = 30;

    private final Target target;

    public JobLauncher(Target target) {
        this.target = target;
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

    /** Submits a job that goes on from a checkpoint; without one, from its resolved start. */
    public Submitted resume(JobKind kind, JobOptions options, StartOffsets start, @Nullable Path checkpoint) {
        return submit(kind, options, start, checkpoint);
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

    private Submitted submit(JobKind kind, JobOptions options, StartOffsets start, @Nullable Path checkpoint) {
        requireNotRunning(kind);
        new EnrichedTopic(target.kafka()).requireFit();
        StreamExecutionEnvironment env = environment(options, checkpoint);
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

    private StreamExecutionEnvironment environment(JobOptions options, @Nullable Path checkpoint) {
        Configuration settings = new Configuration();
        settings.set(PipelineOptions.GENERIC_TYPES, false);
        if (!options.bounded()) {
            settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
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
        if (checkpoint != null) {
            settings.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint.toUri().toString());
            settings.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
        }
        String[] jars = target.jars().stream().map(Path::toString).toArray(String[]::new);
        return StreamExecutionEnvironment.createRemoteEnvironment(
                target.flinkHost(), target.flinkPort(), settings, jars);
    }

    /** Whether such a job runs on the cluster, or is about to. */
    public boolean runs(JobKind kind) {
        return listJobs().stream()
                .anyMatch(job -> job.getJobName().equals(kind.jobName())
                        && !job.getJobState().isGloballyTerminalState());
    }

    /** Two copies of a job would only get in each other's way: the ledger lets one of them write. */
    private void requireNotRunning(JobKind kind) {
        for (JobStatusMessage job : listJobs()) {
            if (job.getJobName().equals(kind.jobName()) && !job.getJobState().isGloballyTerminalState()) {
                throw new JobFailedException(
                        "%s is already there (%s, %s); cancel it on http://%s first"
                                .formatted(kind.jobName(), job.getJobId(), job.getJobState(), target.flink()),
                        null);
            }
        }
    }

    /** Forgets the jobs that the user has cancelled, so that they do not come back with the next start. */
    public void forgetEnded(JobRegistry registry) {
        Collection<JobStatusMessage> jobs = listJobs();
        for (JobRecord known : registry.all()) {
            for (JobStatusMessage job : jobs) {
                boolean ended = job.getJobState() == JobStatus.CANCELED || job.getJobState() == JobStatus.FINISHED;
                if (ended && job.getJobId().toHexString().equals(known.jobId())) {
                    registry.remove(known.kind());
                }
            }
        }
    }

    private Collection<JobStatusMessage> listJobs() {
        Configuration settings = new Configuration();
        settings.set(RestOptions.ADDRESS, target.flinkHost());
        settings.set(RestOptions.PORT, target.flinkPort());
        settings.set(RestOptions.RETRY_MAX_ATTEMPTS, 3);
        try (RestClusterClient<StandaloneClusterId> flink =
                new RestClusterClient<>(settings, StandaloneClusterId.getInstance())) {
            return flink.listJobs().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("Interrupted while asking Flink at " + target.flink(), e);
        } catch (Exception e) {
            throw new JobFailedException(
                    "Flink at %s does not answer (%s); is it running?"
                            .formatted(target.flink(), JobFailedException.rootMessage(e)),
                    e);
        }
    }
}
