package io.tidemark.chaos.plant;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import net.bytebuddy.agent.builder.AgentBuilder;

/** Packs this package into a jar that a virtual machine takes as an agent. */
public final class AgentJar {
    private static final List<Class<?>> CLASSES = List.of(
            Plant.class,
            PlantAgent.class,
            PlantAgent.DropOne.class,
            PlantAgent.DuplicateOne.class,
            PlantAgent.AddCounts.class,
            PlantAgent.LedgerApart.class,
            PlantAgent.FilterOffByOne.class);

    private AgentJar() {}

    /** Writes the jar into the folder; returns the virtual machine's option that plants the bug. */
    public static String option(Path folder, Plant plant) throws IOException {
        Path jar = folder.toAbsolutePath().resolve("plant-agent.jar");
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(new Attributes.Name("Premain-Class"), PlantAgent.class.getName());
        attributes.put(Attributes.Name.CLASS_PATH, byteBuddy().toUri().toURL().toString());
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream packed = new JarOutputStream(out, manifest)) {
            for (Class<?> each : CLASSES) {
                String name = each.getName().replace('.', '/') + ".class";
                packed.putNextEntry(new ZipEntry(name));
                try (InputStream code = each.getResourceAsStream("/" + name)) {
                    if (code == null) {
                        throw new IOException("There is no " + name);
                    }
                    code.transferTo(packed);
                }
            }
        }
        return "-javaagent:" + jar + "=" + plant;
    }

    private static Path byteBuddy() throws IOException {
        try {
            return Path.of(AgentBuilder.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IOException("Cannot find Byte Buddy", e);
        }
    }
}
