package io.tidemark.chaos.plant;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import net.bytebuddy.agent.builder.AgentBuilder;

/** Packs this package into a jar that a virtual machine takes as an agent. */
public final class AgentJar {
    private static final String PACKAGE = AgentJar.class.getPackageName().replace('.', '/') + "/";

    private AgentJar() {}

    /** Writes the jar into the folder; returns the virtual machine's option that plants the bug. */
    public static String option(Path folder, Plant plant) throws IOException {
        Path jar = folder.toAbsolutePath().resolve("plant-agent.jar");
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(new Attributes.Name("Premain-Class"), PlantAgent.class.getName());
        attributes.put(
                Attributes.Name.CLASS_PATH,
                place(AgentBuilder.class).toUri().toURL().toString());
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream packed = new JarOutputStream(out, manifest)) {
            Path own = place(AgentJar.class);
            if (Files.isDirectory(own)) {
                pack(own.resolve(PACKAGE), packed);
            } else {
                try (FileSystem files = FileSystems.newFileSystem(own)) {
                    pack(files.getPath(PACKAGE), packed);
                }
            }
        }
        return "-javaagent:" + jar + "=" + plant;
    }

    private static void pack(Path classes, JarOutputStream packed) throws IOException {
        try (Stream<Path> files = Files.list(classes)) {
            for (Path each : files.toList()) {
                packed.putNextEntry(new ZipEntry(PACKAGE + each.getFileName()));
                Files.copy(each, packed);
            }
        }
    }

    /** The jar or folder that a class was loaded from. */
    private static Path place(Class<?> type) throws IOException {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException("Cannot find where " + type + " comes from", e);
        }
    }
}
