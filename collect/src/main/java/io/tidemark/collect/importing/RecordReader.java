package io.tidemark.collect.importing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.collect.accesslog.AccessLogParser;
import io.tidemark.collect.accesslog.LogFormat;
import io.tidemark.collect.accesslog.UnparseableLineException;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RawEventCodec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines as record values: those of access logs are encoded, those of JSON pass as they are once they are valid. */
final class RecordReader {
    /** Under the brokers' default limit of 1 MiB for a batch, with room for its header. */
    static final int MAX_RECORD_BYTES = 1_000_000;

    private final RawEventCodec codec = new RawEventCodec();
    private final LogFormat format;
    private final @Nullable AccessLogParser parser;

    RecordReader(ImportConfig config) {
        this.format = config.format();
        this.parser = format == LogFormat.JSON ? null : new AccessLogParser(format, config.host());
    }

    byte[] record(LineReader line) throws UnparseableLineException {
        if (line.isOverlong()) {
            throw new UnparseableLineException("The line is longer than %d bytes; only its beginning is kept"
                    .formatted(LineReader.MAX_LINE_BYTES));
        }
        byte[] value = value(line.buffer(), line.start(), line.length());
        if (value.length > MAX_RECORD_BYTES) {
            throw new UnparseableLineException("The line makes a record of %d bytes; Kafka takes at most %d"
                    .formatted(value.length, MAX_RECORD_BYTES));
        }
        return value;
    }

    private byte[] value(byte[] buffer, int start, int length) throws UnparseableLineException {
        boolean json = format == LogFormat.AUTO && length > 0 && buffer[start] == '{';
        if (parser != null && !json) {
            return codec.encode(parser.parse(new String(buffer, start, length, UTF_8)));
        }
        byte[] value = Arrays.copyOfRange(buffer, start, start + length);
        try {
            codec.decode(value);
        } catch (InvalidEventException e) {
            throw new UnparseableLineException(e.getMessage());
        }
        return value;
    }
}
