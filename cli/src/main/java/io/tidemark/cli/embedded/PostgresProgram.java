package io.tidemark.cli.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * PostgreSQL's programs for this machine, unpacked once per version into the user's cache folder ({@code
 * $XDG_CACHE_HOME/tidemark} or {@code ~/.cache/tidemark}), or into the data folder where there is no home to write to.
 */
final class PostgresProgram {
    private PostgresProgram() {}

    /** The folder that holds {@code bin}, {@code lib} and {@code share}. */
    static Path unpacked(Path dataFolder) throws IOException {
        String archive = archiveName();
        URL resource = PostgresProgram.class.getResource(archive);
        if (resource == null) {
            throw new StackException(
                    "No PostgreSQL for this machine (%s, %s) comes with Tidemark; use a database of your own (--postgres)"
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch")));
        }
        URLConnection connection = resource.openConnection();
        try (InputStream packed = connection.getInputStream()) {
            // The size tells versions apart without reading 15 MB at each start.
            String name = archive.substring(1).replace(".txz", "-" + connection.getContentLengthLong());
            Path target = cacheFolder(dataFolder).resolve(name);
            if (!Files.isDirectory(target)) {
                Path partial = Files.createTempDirectory(target.getParent(), "unpacking");
                unpack(packed, partial);
                publish(partial, target);
            }
            return target;
        }
    }

    private static String archiveName() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        boolean arm = arch.equals("aarch64") || arch.equals("arm64");
        String system = os.contains("mac") ? "darwin" : os.contains("linux") ? "linux" : "unknown";
        return "/postgres-%s-%s.txz".formatted(system, arm ? "arm_64" : "x86_64");
    }

    private static Path cacheFolder(Path dataFolder) throws IOException {
        Path cache = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .filter(value -> !value.isBlank())
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("tidemark");
        try {
            Files.createDirectories(cache);
            if (Files.isWritable(cache)) {
                return cache;
            }
        } catch (IOException e) {
            // No home to write to, as for system users; the data folder serves.
        }
        return Files.createDirectories(dataFolder.resolve("cache"));
    }

    private static void unpack(InputStream packed, Path target) throws IOException {
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(packed))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("Entry outside of the archive: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    if (entry.isSymbolicLink()) {
                        Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                    } else {
                        Files.copy(tar, file);
                        boolean executable = (entry.getMode() & 0100) != 0;
                        Files.setPosixFilePermissions(
                                file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                    }
                }
            }
        }
    }

    /** All or nothing, also when two processes unpack at once: the first one's result stays. */
    private static void publish(Path partial, Path target) throws IOException {
        try {
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.isDirectory(target)) {
                throw e;
            }
            deleteAll(partial);
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
