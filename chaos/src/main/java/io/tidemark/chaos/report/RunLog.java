package io.tidemark.chaos.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A file with a line of JSON a run, to which every invocation appends. Thread-safe. */
public final class RunLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    public RunLog(Path file) {
        this.file = file.toAbsolutePath();
    }

    /** Appends a run. */
    public synchronized void append(RunResult run) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(
                    file,
                    JSON.writeValueAsString(run) + System.lineSeparator(),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot append to " + file, e);
        }
    }

    /** Reads the runs of a log. */
    public static List<RunResult> read(Path file) throws IOException {
        List<RunResult> runs = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file, UTF_8)) {
            number++;
            if (!line.isBlank()) {
                try {
                    runs.add(JSON.readValue(line, RunResult.class));
                } catch (JsonProcessingException e) {
                    throw new IOException(
                            "Line %d of %s is no run: %s".formatted(number, file, e.getOriginalMessage()), e);
                }
            }
        }
        return runs;
    }
}
