package io.tidemark.collect.importing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** A source that is being read. */
record OpenLog(String name, LineReader lines) implements Closeable {
    static OpenLog open(LogSource source, boolean follow, AtomicLong bytes) throws IOException {
        return new OpenLog(source.name(), new LineReader(bytesOf(source, follow, bytes)));
    }

    private static ByteSource bytesOf(LogSource source, boolean follow, AtomicLong bytes) throws IOException {
        if (source instanceof LogSource.Stream stream) {
            return new PumpedSource(stream.name(), () -> Gzip.decompressed(stream.in(), bytes));
        }
        Path path = ((LogSource.File) source).path();
        return follow ? follow(path, bytes) : read(path, bytes);
    }

    private static ByteSource read(Path path, AtomicLong bytes) throws IOException {
        InputStream in = Files.newInputStream(path);
        try {
            return new StreamSource(Gzip.decompressed(in, bytes));
        } catch (IOException e) {
            in.close();
            throw new IOException("Cannot read %s: %s".formatted(path, e.getMessage()), e);
        }
    }

    private static ByteSource follow(Path path, AtomicLong bytes) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            if (Gzip.isGzip(in.readNBytes(2))) {
                throw new IOException("Cannot follow %s: it is compressed; import it without --follow".formatted(path));
            }
        }
        return new FollowedFile(path, bytes);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
