package io.tidemark.bench.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What it was measured on.
 *
 * @param cpu model, as Linux names it
 * @param cores as many as Java may use
 * @param memoryBytes of the machine; 0 if unknown
 * @param system name and version of the operating system
 */
public record Machine(String cpu, int cores, long memoryBytes, String system) {
    private static final Path PROC = Path.of("/proc");

    /** This one. */
    public static Machine here() {
        return new Machine(
                firstValue("cpuinfo", "model name", System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors(),
                Long.parseLong(firstValue("meminfo", "MemTotal", "0").replaceAll("[^0-9]", "")) * 1024,
                System.getProperty("os.name") + " " + System.getProperty("os.version"));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s, %d cores, %.0f GiB, %s", cpu, cores, memoryBytes / 1024.0 / 1024.0 / 1024.0, system);
    }

    private static String firstValue(String file, String key, String otherwise) {
        try {
            for (String line : Files.readAllLines(PROC.resolve(file), StandardCharsets.UTF_8)) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.substring(0, colon).strip().equals(key)) {
                    return line.substring(colon + 1).strip();
                }
            }
        } catch (IOException elsewhere) {
            return otherwise;
        }
        return otherwise;
    }
}
