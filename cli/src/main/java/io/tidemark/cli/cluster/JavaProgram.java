package io.tidemark.cli.cluster;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.Layout;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A program that is a Java class.
 *
 * @param words options of the virtual machine, the class, its arguments
 * @param probe whether it does its work by now
 */
record JavaProgram(
        Role role, int index, int port, Layout layout, List<Path> classPath, List<String> words, BooleanSupplier probe)
        implements Program {
    /** Stands in the command line of every process, before the name of the data folder. */
    static final String MARK = "-Dtidemark.cluster=";

    JavaProgram {
        requireNonNull(role, "role is null");
        requireNonNull(probe, "probe is null");
        classPath = List.copyOf(classPath);
        words = List.copyOf(words);
    }

    @Override
    public ProcessHandle start() throws IOException {
        String name = role == Role.TASK_MANAGER ? role + "-" + index : role.toString();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(MARK + layout.data());
        command.add("-Dtidemark.log=" + layout.logs().resolve(name));
        command.add("-Dlog4j2.configurationFile="
                + layout.clusterSettings().resolve("log4j2.xml").toUri());
        command.addAll(words);
        Files.createDirectories(layout.logs());
        File output = layout.logs().resolve(name + ".out").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output));
        // By the environment, since command lines are of limited length, and read by people.
        builder.environment()
                .put(
                        "CLASSPATH",
                        String.join(
                                File.pathSeparator,
                                classPath.stream().map(Path::toString).toList()));
        // Flink and Kafka would take settings from these, or from a folder of another installation.
        builder.environment().keySet().removeIf(name2 -> name2.startsWith("FLINK_") || name2.startsWith("KAFKA_"));
        Process process = builder.start();
        process.getOutputStream().close();
        return process.toHandle();
    }

    @Override
    public boolean answers() {
        return probe.getAsBoolean();
    }

    @Override
    public void end(@Nullable ProcessHandle process) {
        if (process != null) {
            process.destroy();
        }
    }
}
