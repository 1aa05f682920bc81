package io.tidemark.collect.importing;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** A source that is being read. */
record OpenLog(String name, LineReader lines) implements Closeable {
    static OpenLog open(LogSource source, boolean follow, AtomicLong bytes) throws IOException {
        ByteSource opened;
        if (source instanceof LogSource.File file) {
            opened = follow
                    ? follow(file.path(), bytes)
                    : new StreamSource(Gzip.decompressed(new CountedInput(Files.newInputStream(file.path()), bytes)));
        } else {
            InputStream in = ((LogSource.Stream) source).in();
            opened = new PumpedSource(source.name(), () -> Gzip.decompressed(new CountedInput(in, bytes)));
        }
        return new OpenLog(source.name(), new LineReader(opened));
    }

    private static ByteSource follow(Path path, AtomicLong bytes) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            if (Gzip.isGzip(in)) {
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
