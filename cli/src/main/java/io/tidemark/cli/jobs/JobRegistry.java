package io.tidemark.cli.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.embedded.FlinkPath;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of a data folder: what runs there, and from which checkpoint or savepoint it goes on when it starts again.
 * Jobs on a cluster of the user's own are remembered apart from those of the folder's own.
 */
public final class JobRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(JobRegistry.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CHECKPOINT = "chk-";
    private static final String METADATA = "_metadata";

    private final Layout layout;
    private final String place;

    /** The jobs on the folder's own Flink. */
    public JobRegistry(Layout layout) {
        this(layout, "");
    }

    private JobRegistry(Layout layout, String place) {
        this.layout = layout;
        this.place = place;
    }

    /** The jobs on the cluster at that REST endpoint. */
    public static JobRegistry elsewhere(Layout layout, String flink) {
        return new JobRegistry(layout, "@" + flink.replaceAll("[^A-Za-z0-9.-]", "_"));
    }

    /** Remembers a job that was submitted afresh. */
    public void add(Submitted job, JobOptions options) {
        write(JobRecord.of(job, options, null));
    }

    /** Remembers a job that went on from that point. */
    public void add(Submitted job, JobOptions options, @Nullable RestorePoint from) {
        write(JobRecord.of(job, options, from == null ? null : from.location()));
    }

    /** Remembers the job as it was before, or not at all. */
    public void undo(JobKind kind, Optional<JobRecord> before) {
        before.ifPresentOrElse(this::write, () -> remove(kind));
    }

    /** Forgets a job. */
    public void remove(JobKind kind) {
        try {
            Files.deleteIfExists(file(kind));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + file(kind), e);
        }
    }

    /** The job, if it is remembered. */
    public Optional<JobRecord> find(JobKind kind) {
        Path file = file(kind);
        try {
            return Files.exists(file) ? Optional.of(JSON.readValue(file.toFile(), JobRecord.class)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file + "; delete it to start the job anew", e);
        }
    }

    /** The jobs remembered, whether they run or not. */
    public List<JobRecord> all() {
        List<JobRecord> records = new ArrayList<>();
        for (JobKind kind : JobKind.values()) {
            find(kind).ifPresent(records::add);
        }
        return records;
    }

    /** The jobs that nobody has stopped: they run, or are to run again. */
    public List<JobRecord> unfinished() {
        return all().stream().filter(job -> !job.stopped()).toList();
    }

    /** Remembers that the job was stopped with that savepoint. */
    public void noteStopped(JobKind kind, RestorePoint savepoint) {
        find(kind)
                .ifPresent(job -> write(job.withSavepoint(savepoint.location()).asStopped()));
    }

    /** Remembers that the job has a savepoint, and goes on. */
    public void noteSavepoint(JobKind kind, RestorePoint savepoint) {
        find(kind).ifPresent(job -> write(job.withSavepoint(savepoint.location())));
    }

    /**
     * Notes the jobs that were cancelled, or came to their end, so that they do not come back by themselves. Those that
     * failed do.
     *
     * @param known what the cluster knows of its jobs
     */
    public void noteEnded(Collection<FlinkRest.KnownJob> known) {
        for (JobRecord job : unfinished()) {
            for (FlinkRest.KnownJob each : known) {
                boolean ended = each.state() == JobStatus.CANCELED || each.state() == JobStatus.FINISHED;
                if (ended && each.id().equals(job.jobId())) {
                    write(job.asStopped());
                }
            }
        }
    }

    /**
     * Submits every job that is to run and does not, each from its newest checkpoint or savepoint.
     *
     * @param problems told of each job that cannot go on; it stays remembered, and the others go on
     */
    public List<Submitted> resume(JobLauncher launcher, Consumer<String> problems) {
        List<Submitted> resumed = new ArrayList<>();
        for (JobRecord job : unfinished()) {
            try {
                if (!launcher.runs(job.kind())) {
                    RestorePoint point = restorePoint(job).orElse(null);
                    Submitted submitted = launcher.resume(job.kind(), job.options(), job.start(), point);
                    add(submitted, job.options(), point);
                    resumed.add(submitted);
                }
            } catch (JobFailedException | StoreException | IllegalArgumentException | IllegalStateException e) {
                LOG.error("{} does not go on", job.kind().jobName(), e);
                problems.accept("%s does not go on: %s. Mend that and start again, or forget the job by deleting %s"
                        .formatted(job.kind().jobName(), e.getMessage(), file(job.kind())));
            }
        }
        return resumed;
    }

    /** The newest checkpoint or savepoint of the job's last run; if that had none, what it began with. */
    public Optional<RestorePoint> restorePoint(JobRecord job) {
        Optional<Path> checkpoint = newestCheckpoint(job);
        Optional<RestorePoint> savepoint = Optional.ofNullable(job.savepoint())
                .map(RestorePoint::savepoint)
                .filter(RestorePoint::isThere);
        if (checkpoint.isPresent() && savepoint.isPresent()) {
            return completedAt(checkpoint.get()) > completedAt(savepoint.get())
                    ? checkpoint.map(RestorePoint::checkpoint)
                    : savepoint;
        }
        return checkpoint
                .map(RestorePoint::checkpoint)
                .or(() -> savepoint)
                .or(() -> Optional.ofNullable(job.resumedFrom())
                        .map(from -> new RestorePoint(from, from.contains("/" + CHECKPOINT)))
                        .filter(RestorePoint::isThere));
    }

    private Optional<Path> newestCheckpoint(JobRecord job) {
        Path ofJob = layout.checkpoints().resolve(job.jobId());
        if (!Files.isDirectory(ofJob)) {
            return Optional.empty();
        }
        try (Stream<Path> found = Files.list(ofJob)) {
            return found.filter(JobRegistry::isComplete).max(Comparator.comparingLong(JobRegistry::number));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list the checkpoints in " + ofJob, e);
        }
    }

    private static boolean isComplete(Path checkpoint) {
        return checkpoint.getFileName().toString().startsWith(CHECKPOINT) && Files.exists(checkpoint.resolve(METADATA));
    }

    private static long number(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring(CHECKPOINT.length()));
    }

    private static long completedAt(RestorePoint point) {
        return FlinkPath.isLocal(point.location()) ? completedAt(point.path()) : Long.MAX_VALUE;
    }

    private static long completedAt(Path folder) {
        try {
            return Files.getLastModifiedTime(folder.resolve(METADATA)).toMillis();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot tell when " + folder + " was completed", e);
        }
    }

    private void write(JobRecord job) {
        Path file = file(job.kind());
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            Files.createDirectories(layout.jobs());
            Files.write(partial, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(job));
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    private Path file(JobKind kind) {
        return layout.jobs().resolve(kind + place + ".json");
    }
}
