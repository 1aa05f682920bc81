package io.tidemark.collect.accesslog;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.RawEvent;
import org.jspecify.annotations.Nullable;

/** Lines of Apache's and nginx's access logs as raw events. Escapes are kept as logged. Thread-safe. */
public final class AccessLogParser {
    private final LogFormat format;
    private final @Nullable String host;

    /**
     * Creates a parser.
     *
     * @param format any but {@link LogFormat#JSON}
     * @param host the site of lines that name none; null if every line must name its own
     */
    public AccessLogParser(LogFormat format, @Nullable String host) {
        this.format = requireNonNull(format, "format is null");
        if (format == LogFormat.JSON) {
            throw new IllegalArgumentException("format must be that of an access log; was JSON");
        }
        this.host = host;
    }

    /**
     * Reads a line.
     *
     * @param line without its line break; white space at its end is ignored
     * @throws UnparseableLineException if it lacks a field of the format, or names no host and none was given
     */
    public RawEvent parse(String line) throws UnparseableLineException {
        return new LineScan(line, format).read(host);
    }
}
