package io.tidemark.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** The command line of this process, to start another that does the same. */
final class OwnCommand {
    private OwnCommand() {}

    /** Java, its options, this program and the words it was called with; may be added to. */
    static List<String> line(CommandLine command) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        String classPath = System.getProperty("java.class.path");
        // Only as -jar does the jar's manifest open what Flink needs opened.
        words.addAll(
                classPath.endsWith("tidemark.jar")
                        ? List.of("-jar", classPath)
                        : List.of("-cp", classPath, Main.class.getName()));
        CommandLine root = command;
        while (root.getParent() != null) {
            root = root.getParent();
        }
        words.addAll(root.getParseResult().originalArgs());
        return words;
    }
}
