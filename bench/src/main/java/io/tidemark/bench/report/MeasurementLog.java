package io.tidemark.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.bench.report.Invocation.Run;
import io.tidemark.bench.run.Measurement;
import io.tidemark.bench.run.Work;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Raw measurements as lines of JSON, each written as soon as it is known. A line with a setup begins an invocation; its
 * contenders and runs follow.
 */
public final class MeasurementLog implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Writer lines;

    private MeasurementLog(Writer lines) {
        this.lines = lines;
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Line(
            @Nullable Setup setup,
            @Nullable Entrant contender,
            @Nullable Run run) {}

    /** The file of a report's measurements: its name, with another ending. */
    public static Path beside(Path report) {
        return report.resolveSibling(String.valueOf(report.getFileName()).replaceFirst("\\.md$", "") + ".jsonl");
    }

    /** Writes the file anew. */
    public static MeasurementLog create(Path file) throws IOException {
        return open(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Adds to the file, which need not exist. */
    public static MeasurementLog append(Path file) throws IOException {
        return open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static MeasurementLog open(Path file, OpenOption... options) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        return new MeasurementLog(Files.newBufferedWriter(file, StandardCharsets.UTF_8, options));
    }

    public void begin(Setup setup) throws IOException {
        add(new Line(setup, null, null));
    }

    public void add(Entrant contender) throws IOException {
        add(new Line(null, contender, null));
    }

    public void add(Work work, Measurement measurement) throws IOException {
        add(new Line(null, null, new Run(work, measurement)));
    }

    private void add(Line line) throws IOException {
        lines.write(JSON.writeValueAsString(line));
        lines.write('\n');
        lines.flush();
    }

    /**
     * What is in the files, in their order.
     *
     * @throws IOException if a file cannot be read, or a line is not of this form
     */
    public static List<Invocation> read(List<Path> files) throws IOException {
        List<Invocation> invocations = new ArrayList<>();
        for (Path file : files) {
            Setup setup = null;
            List<Entrant> contenders = new ArrayList<>();
            List<Run> runs = new ArrayList<>();
            for (String text : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                Line line = JSON.readValue(text, Line.class);
                if (line.setup() != null) {
                    if (setup != null) {
                        invocations.add(new Invocation(setup, contenders, runs));
                    }
                    setup = line.setup();
                    contenders.clear();
                    runs.clear();
                } else if (line.contender() != null) {
                    contenders.add(line.contender());
                } else if (line.run() != null) {
                    runs.add(line.run());
                }
            }
            if (setup == null) {
                throw new IOException(file + " has no line with a setup: it is not a file of measurements");
            }
            invocations.add(new Invocation(setup, contenders, runs));
        }
        return invocations;
    }

    /** Writes invocations that were read. */
    public void addAll(List<Invocation> invocations) throws IOException {
        for (Invocation each : invocations) {
            begin(each.setup());
            for (Entrant contender : each.entrants()) {
                add(contender);
            }
            for (Run run : each.runs()) {
                add(new Line(null, null, run));
            }
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
