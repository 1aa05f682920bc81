package io.tidemark.cli;

import io.tidemark.collect.accesslog.LogFormat;
import io.tidemark.collect.importing.ImportConfig;
import io.tidemark.collect.importing.LogSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which logs to read, and how. */
final class LogOptions {
    @Parameters(
            arity = "1..*",
            showDefaultValue = Visibility.NEVER,
            paramLabel = "FILE",
            description = "Logs to read, plain or gzip; - is standard input.")
    private List<String> files = List.of();

    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "localhost",
            description = "Site of lines that do not name one.")
    private String host = "localhost";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "auto",
            description = "How lines are written: auto, combined, common, vhost or json.")
    private LogFormat format = LogFormat.AUTO;

    @Option(
            names = "--rejects",
            converter = NewFileConverter.class,
            paramLabel = "FILE",
            description = "Write every line that could not be parsed there.")
    private @Nullable Path rejects;

    /**
     * The logs.
     *
     * @throws IOException if one cannot be read, naming it: a wrong name is the most frequent mistake
     */
    List<LogSource> sources() throws IOException {
        List<LogSource> sources = files.stream().map(LogOptions::source).toList();
        for (LogSource source : sources) {
            source.requireReadable();
        }
        return sources;
    }

    ImportConfig config(String topic, boolean follow) {
        return new ImportConfig(topic, format, host, follow);
    }

    Optional<Path> rejects() {
        return Optional.ofNullable(rejects);
    }

    private static LogSource source(String file) {
        return file.equals("-") ? new LogSource.Stream("standard input", System.in) : new LogSource.File(Path.of(file));
    }
}
