package io.tidemark.cli.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.embedded.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs of a data folder: what runs there, and from which checkpoint it goes on when the stack starts again. */
public final class JobRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(JobRegistry.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CHECKPOINT = "chk-";

    private final Layout layout;

    public JobRegistry(Layout layout) {
        this.layout = layout;
    }

    /** Remembers a job that was submitted afresh. */
    public void add(Submitted job, JobOptions options) {
        write(JobRecord.of(job, options, null));
    }

    /** Forgets a job. */
    public void remove(JobKind kind) {
        try {
            Files.deleteIfExists(file(kind));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + file(kind), e);
        }
    }

    /** The jobs remembered. */
    public List<JobRecord> all() {
        List<JobRecord> records = new ArrayList<>();
        for (JobKind kind : JobKind.values()) {
            Path file = file(kind);
            if (Files.exists(file)) {
                try {
                    records.add(JSON.readValue(file.toFile(), JobRecord.class));
                } catch (IOException e) {
                    throw new UncheckedIOException("Cannot read " + file + "; delete it to start the job anew", e);
                }
            }
        }
        return records;
    }

    /**
     * Submits every job remembered, each from its newest checkpoint.
     *
     * @param problems told of each job that cannot go on; it stays remembered, and the others go on
     */
    public List<Submitted> resume(JobLauncher launcher, Consumer<String> problems) {
        List<Submitted> resumed = new ArrayList<>();
        for (JobRecord job : all()) {
            Path checkpoint = newestCheckpoint(job).orElse(null);
            try {
                Submitted submitted = launcher.resume(job.kind(), job.options(), job.start(), checkpoint);
                write(JobRecord.of(submitted, job.options(), checkpoint == null ? null : checkpoint.toString()));
                resumed.add(submitted);
            } catch (JobFailedException | IllegalArgumentException | IllegalStateException e) {
                LOG.error("{} does not go on", job.kind().jobName(), e);
                problems.accept("%s does not go on: %s. Mend that and start again, or forget the job by deleting %s"
                        .formatted(job.kind().jobName(), e.getMessage(), file(job.kind())));
            }
        }
        return resumed;
    }

    /** The newest complete checkpoint of the job's last run; if that had none, the one it began with. */
    private Optional<Path> newestCheckpoint(JobRecord job) {
        Path ofJob = layout.checkpoints().resolve(job.jobId());
        if (Files.isDirectory(ofJob)) {
            try (Stream<Path> found = Files.list(ofJob)) {
                Optional<Path> newest =
                        found.filter(JobRegistry::isComplete).max(Comparator.comparingLong(JobRegistry::number));
                if (newest.isPresent()) {
                    return newest;
                }
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot list the checkpoints in " + ofJob, e);
            }
        }
        return Optional.ofNullable(job.resumedFrom()).map(Path::of).filter(JobRegistry::isComplete);
    }

    private static boolean isComplete(Path checkpoint) {
        return checkpoint.getFileName().toString().startsWith(CHECKPOINT)
                && Files.exists(checkpoint.resolve("_metadata"));
    }

    private static long number(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring(CHECKPOINT.length()));
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
        return layout.jobs().resolve(kind + ".json");
    }
}
