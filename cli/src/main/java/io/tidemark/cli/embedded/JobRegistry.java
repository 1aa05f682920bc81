package io.tidemark.cli.embedded;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The jobs that are to run whenever the stack of a data folder does: {@code jobs/<name>.json}. */
public final class JobRegistry {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CHECKPOINT = "chk-";

    private final Layout layout;

    public JobRegistry(Path data) {
        this.layout = new Layout(requireNonNull(data, "data is null"));
    }

    /** Keeps the job, in place of one of the same name. */
    public void put(RegisteredJob job) throws IOException {
        Path file = file(job.name());
        Files.createDirectories(layout.jobs());
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.write(partial, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(job));
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Forgets the job; nothing if it is not known. */
    public void remove(String name) throws IOException {
        Files.deleteIfExists(file(name));
    }

    /** By name. */
    public List<RegisteredJob> jobs() throws IOException {
        if (!Files.isDirectory(layout.jobs())) {
            return List.of();
        }
        List<RegisteredJob> jobs = new ArrayList<>();
        try (Stream<Path> files = Files.list(layout.jobs())) {
            for (Path file : files.filter(each -> each.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                jobs.add(JSON.readValue(Files.readAllBytes(file), RegisteredJob.class));
            }
        }
        return jobs;
    }

    /**
     * Where the job is to go on: its newest complete checkpoint, else the one that its last run started from. Empty if it
     * has none, so that it starts anew.
     *
     * @return URI of the checkpoint's folder
     */
    public Optional<String> newestCheckpoint(RegisteredJob job) throws IOException {
        Path folder = layout.checkpoints().resolve(job.jobId());
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                Optional<String> newest = files.filter(each -> name(each).startsWith(CHECKPOINT))
                        .filter(each -> Files.exists(each.resolve("_metadata")))
                        .max(Comparator.comparingLong(JobRegistry::number))
                        .map(each -> each.toUri().toString());
                if (newest.isPresent()) {
                    return newest;
                }
            }
        }
        return Optional.ofNullable(job.restoredFrom());
    }

    private static long number(Path checkpoint) {
        return Long.parseLong(name(checkpoint).substring(CHECKPOINT.length()));
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private Path file(String name) {
        return layout.jobs().resolve(name + ".json");
    }
}
