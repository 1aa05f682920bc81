package io.tidemark.cli.cluster;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.StackException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * {@code cluster.json}: written whole or not at all, each time that something changes.
 *
 * @param supervisor process that watches the others
 * @param supervisorStartedAtMillis tells it from a later one with the same number
 */
public record ClusterFile(long supervisor, long supervisorStartedAtMillis, List<ProcessInfo> processes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public ClusterFile {
        processes = List.copyOf(requireNonNull(processes, "processes is null"));
    }

    static ClusterFile of(List<ProcessInfo> processes) {
        ProcessHandle self = ProcessHandle.current();
        return new ClusterFile(self.pid(), ProcessInfo.startOf(self).toEpochMilli(), processes);
    }

    void write(Layout layout) throws IOException {
        Path file = layout.clusterFile();
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.write(partial, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Empty if no cluster runs on the folder, nor was left there. */
    public static Optional<ClusterFile> read(Layout layout) {
        Path file = layout.clusterFile();
        try {
            return Files.exists(file)
                    ? Optional.of(JSON.readValue(Files.readAllBytes(file), ClusterFile.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw new StackException(
                    "Cannot read %s (%s); delete it if nothing runs".formatted(file, e.getMessage()), e);
        }
    }

    /** The process that watches the others, if it lives. */
    public Optional<ProcessHandle> findSupervisor() {
        return ProcessHandle.of(supervisor)
                .filter(process -> ProcessInfo.startOf(process).toEpochMilli() == supervisorStartedAtMillis)
                .filter(Processes::lives);
    }
}
