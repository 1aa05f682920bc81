package io.tidemark.collect.importing;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where lines come from. Compression is found by the content, not by the name. */
public sealed interface LogSource {
    /** As shown to people. */
    String name();

    /**
     * Makes sure that reading can begin.
     *
     * @throws IOException if it is a file that is missing, unreadable or a folder
     */
    void requireReadable() throws IOException;

    /** A file, plain or gzip. */
    record File(Path path) implements LogSource {
        public File {
            requireNonNull(path, "path is null");
        }

        @Override
        public String name() {
            return path.toString();
        }

        @Override
        public void requireReadable() throws IOException {
            if (!Files.exists(path)) {
                throw new IOException("Cannot read %s: there is no such file".formatted(path));
            }
            if (Files.isDirectory(path)) {
                throw new IOException("Cannot read %s: it is a folder; name the files in it".formatted(path));
            }
            if (!Files.isReadable(path)) {
                throw new IOException("Cannot read %s: permission denied".formatted(path));
            }
        }
    }

    /** A stream, plain or gzip, such as standard input; it is read to its end and left open. */
    record Stream(String name, InputStream in) implements LogSource {
        public Stream {
            requireNonNull(name, "name is null");
            requireNonNull(in, "in is null");
        }

        @Override
        public void requireReadable() {}
    }
}
