package io.tidemark.cli.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** What this program runs with, including what the manifest of its jar names. */
final class OwnClassPath {
    private OwnClassPath() {}

    static List<Path> jars() {
        Set<Path> found = new LinkedHashSet<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry).toAbsolutePath().normalize();
            found.add(path);
            if (entry.endsWith(".jar")) {
                found.addAll(named(path));
            }
        }
        return List.copyOf(found);
    }

    private static List<Path> named(Path jar) {
        List<Path> named = new ArrayList<>();
        if (!jar.toFile().isFile()) {
            return named;
        }
        try (JarFile open = new JarFile(jar.toFile())) {
            Manifest manifest = open.getManifest();
            String classPath =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (classPath != null) {
                for (String name : classPath.split(" +", -1)) {
                    if (name.startsWith("lib/")) {
                        named.add(jar.resolveSibling(name));
                    }
                }
            }
            return named;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + jar, e);
        }
    }
}
