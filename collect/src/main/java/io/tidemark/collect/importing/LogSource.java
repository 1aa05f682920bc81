package io.tidemark.collect.importing;

import static java.util.Objects.requireNonNull;

import java.io.InputStream;
import java.nio.file.Path;

/** Where lines come from. Compression is found by the content, not by the name. */
public sealed interface LogSource {
    /** As shown to people. */
    String name();

    /** A file, plain or gzip. */
    record File(Path path) implements LogSource {
        public File {
            requireNonNull(path, "path is null");
        }

        @Override
        public String name() {
            return path.toString();
        }
    }

    /** A stream, plain or gzip, such as standard input; it is read to its end and left open. */
    record Stream(String name, InputStream in) implements LogSource {
        public Stream {
            requireNonNull(name, "name is null");
            requireNonNull(in, "in is null");
        }
    }
}
