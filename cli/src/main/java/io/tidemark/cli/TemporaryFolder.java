package io.tidemark.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A data folder that is the user's, or is deleted in the end. */
final class TemporaryFolder implements AutoCloseable {
    private final Path path;
    private final boolean temporary;

    private TemporaryFolder(Path path, boolean temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    /** The folder given; if there is none, a new one that is deleted in the end. */
    static TemporaryFolder unless(@Nullable Path given) throws IOException {
        return given == null
                ? new TemporaryFolder(Files.createTempDirectory("tidemark-"), true)
                : new TemporaryFolder(given, false);
    }

    Path path() {
        return path;
    }

    /** Says where everything is kept, if it is. */
    void print(PrintWriter out) {
        if (!temporary) {
            out.printf("%nKept in %s; look into it with: tidemark sql --data %s \"SELECT ...\"%n", path, path);
            out.flush();
        }
    }

    @Override
    public void close() {
        if (!temporary) {
            return;
        }
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException vanished) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
                        throws IOException {
                    Files.deleteIfExists(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // What another process still writes there is left to the system's own cleaning.
            org.slf4j.LoggerFactory.getLogger(TemporaryFolder.class).warn("Cannot delete {}", path, e);
        }
    }
}
