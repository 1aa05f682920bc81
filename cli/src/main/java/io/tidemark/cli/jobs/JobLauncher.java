package io.tidemark.cli.jobs;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.Migrations;
import io.tidemark.stream.EnrichedTopic;
import io.tidemark.stream.JobDefaults;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.StartOffsetsResolver;
import io.tidemark.stream.aggregate.AggregateConfig;
import io.tidemark.stream.aggregate.AggregateJob;
import io.tidemark.stream.aggregate.AggregateStart;
import io.tidemark.stream.enrich.EnrichConfig;
import io.tidemark.stream.enrich.EnrichJob;
import io.tidemark.stream.enrich.EnrichStart;
import io.tidemark.stream.enrich.GeoLookup;
import io.tidemark.stream.session.SessionConfig;
import io.tidemark.stream.session.SessionJob;
import io.tidemark.stream.session.SessionStart;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** Submits jobs to a session cluster over its REST endpoint; the embedded cluster is one like any other. */
public final class JobLauncher {
    /** What Flink says of a savepoint with an operator that the job does not have; its advice is to drop that state. */
    private static final String OTHER_STATE = "Cannot map checkpoint/savepoint state";

    private final Target target;
    private final JobControl control;
    private final boolean evenIfRunning;

    public JobLauncher(Target target) {
        this(target, false);
    }

    private JobLauncher(Target target, boolean evenIfRunning) {
        this.target = target;
        this.control = new JobControl(target.flink());
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
     * Makes sure that the tables may hold such windows, and that those of the aggregates are there.
     *
     * @return the aggregates, each in the generation of its table
     * @throws io.tidemark.store.StoreException if they hold windows of another kind
     */
    public List<Aggregate> claimWindows(JobOptions options) {
        return AggregateStart.claimWindows(target.store(), options.window(), options.time(), options.aggregates());
    }

    /**
     * Makes sure that the table may hold such sessions.
     *
     * @throws io.tidemark.store.StoreException if it holds sessions of another kind
     */
    public void claimSessions(JobOptions options) {
        SessionStart.claim(target.store(), options.sessions());
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

    /** Where a job with these options starts if it does not go on from a checkpoint. */
    public StartOffsets resolve(JobKind kind, JobOptions options) {
        return switch (kind) {
            case ENRICH -> EnrichStart.offsets(target.kafka(), target.store(), options.from());
            case AGGREGATE ->
                AggregateStart.offsets(
                        target.kafka(),
                        target.store(),
                        options.from(),
                        TumblingWindows.of(options.window()),
                        options.time(),
                        options.watermark());
            case SESSION -> {
                // First: the progress of sessions of another kind, which a claim forgets, says nothing of these.
                claimSessions(options);
                yield SessionStart.offsets(
                        target.kafka(), target.store(), options.from(), options.sessions(), options.watermark());
            }
        };
    }

    private Submitted submit(JobKind kind, JobOptions options, StartOffsets start, @Nullable RestorePoint from) {
        if (!evenIfRunning) {
            requireNotRunning(kind);
        }
        new EnrichedTopic(target.kafka()).requireFit(EnrichConfig.MAX_AHEAD);
        StreamExecutionEnvironment env = environment(options, from);
        switch (kind) {
            case ENRICH -> {
                GeoLookup.open(options.geoDatabase()).close();
                EnrichJob.define(env, enrichConfig(options, start));
            }
            case AGGREGATE -> {
                List<Aggregate> aggregates = claimWindows(options);
                AggregateJob.define(env, aggregateConfig(options, aggregates, start));
            }
            case SESSION -> {
                claimSessions(options);
                SessionJob.define(env, sessionConfig(options, start));
            }
        }
        try {
            JobClient client = env.executeAsync(kind.jobName());
            return new Submitted(kind, client, start, page(client));
        } catch (Exception e) {
            String message = JobFailedException.rootMessage(e);
            if (from != null && message.contains(OTHER_STATE)) {
                throw new JobFailedException(
                        ("%s cannot go on from %s: it holds state that this job does not have, of another version or another job. Without it, "
                                        + "--fresh --from committed goes on where the database and Kafka say, and counts each event once")
                                .formatted(kind.jobName(), from),
                        e);
            }
            throw new JobFailedException(
                    "Cannot submit %s to Flink at %s: %s".formatted(kind.jobName(), target.flink(), message), e);
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
                options.ip(),
                EnrichConfig.FLUSH_INTERVAL,
                EnrichConfig.MAX_AHEAD);
    }

    private AggregateConfig aggregateConfig(JobOptions options, List<Aggregate> aggregates, StartOffsets start) {
        TumblingWindows windows = TumblingWindows.of(options.window());
        return new AggregateConfig(
                target.kafka(),
                target.store(),
                start,
                options.bounded(),
                options.parallelism(),
                windows,
                aggregates,
                AggregateStart.untouchedFrom(target.kafka(), windows, Clock.systemUTC()),
                options.time(),
                options.watermark(),
                options.lateness(),
                options.pace().quietAfter(),
                AggregateConfig.FLUSH_INTERVAL);
    }

    private SessionConfig sessionConfig(JobOptions options, StartOffsets start) {
        return new SessionConfig(
                target.kafka(),
                target.store(),
                start,
                options.bounded(),
                options.parallelism(),
                options.sessions(),
                options.watermark(),
                options.lateness(),
                options.pace().quietAfter(),
                SessionConfig.FLUSH_INTERVAL);
    }

    private StreamExecutionEnvironment environment(JobOptions options, @Nullable RestorePoint from) {
        Configuration settings = JobDefaults.settings(options.bounded());
        if (!options.bounded()) {
            settings.set(
                    CheckpointingOptions.CHECKPOINTING_INTERVAL, options.pace().checkpoints());
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

    /** See {@link JobControl#running}. */
    public Optional<JobStatusMessage> running(JobKind kind) {
        return control.running(kind);
    }

    /** Whether such a job runs on the cluster, or is about to. */
    public boolean runs(JobKind kind) {
        return running(kind).isPresent();
    }

    /** Notes the jobs that the user has cancelled, so that they do not come back with the next start. */
    public void forgetEnded(JobRegistry registry) {
        registry.noteEnded(control.all());
    }

    /** Takes a savepoint into the cluster's own folder for them; the job goes on. */
    public RestorePoint savepoint(JobKind kind) {
        return control.savepoint(kind, null);
    }

    /** Stops a job with a savepoint in the cluster's own folder for them. */
    public RestorePoint stopWithSavepoint(JobKind kind) {
        return control.stopWithSavepoint(kind, null);
    }

    /** See {@link JobControl#cancel}. */
    public void cancel(JobKind kind) {
        control.cancel(kind);
    }
}
