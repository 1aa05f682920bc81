package io.tidemark.cli.embedded;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Folders as Flink takes and names them: by URIs without any escapes, so that a blank is a blank, and {@code %20} is three
 * characters. See the constructors of Flink's {@code org.apache.flink.core.fs.Path}.
 */
public final class FlinkPath {
    private static final Pattern FILE = Pattern.compile("^file:(//)?(?=/)");

    private FlinkPath() {}

    /** The folder's URI. */
    public static String of(Path folder) {
        return "file://" + folder.toAbsolutePath().normalize();
    }

    /** Whether the URI is of a folder of this machine. */
    public static boolean isLocal(String uri) {
        return FILE.matcher(uri).find();
    }

    /**
     * The folder.
     *
     * @throws IllegalArgumentException if it is none of this machine
     */
    public static Path toPath(String uri) {
        if (!isLocal(uri)) {
            throw new IllegalArgumentException(uri + " is no folder of this machine");
        }
        return Path.of(FILE.matcher(uri).replaceFirst(""));
    }
}
