package io.tidemark.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** The command line of this process, to start another that does the same. */
final class OwnCommand {
    private OwnCommand() {}

    /** Java, its options, this program and the words it was called with, but for the flag, which has that value. */
    static List<String> line(CommandLine command, String flag, boolean value) {
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
        root.getParseResult().originalArgs().stream()
                .filter(word -> !word.equals(flag) && !word.startsWith(flag + "="))
                .forEach(words::add);
        // Even if it is false by default: where words come from an @file, the other starts no third, but fails.
        words.add(flag + "=" + value);
        return words;
    }
}
