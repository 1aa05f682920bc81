package io.tidemark.rollup;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A Java program of Spark's, or that uses it, as a process; what it says goes to a file. */
final class SparkProcess implements AutoCloseable {
    /** As Maven has built it. */
    static final Path HOME = Path.of("target", "rollup").toAbsolutePath();

    static final Path JAR = HOME.resolve("tidemark-rollup.jar");

    private final Process process;
    private final Path output;

    private SparkProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** @param words options of the virtual machine, the class, its arguments */
    static SparkProcess start(Path output, Map<String, String> environment, String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        command.addAll(Arrays.asList(System.getProperty("spark.opens").split(" ", -1)));
        command.addAll(List.of(words));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("SPARK_HOME", HOME.resolve("spark").toString());
        // Where Spark looks for it else is its own checkout.
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CLASSPATH", JAR + File.pathSeparator + HOME.resolve("spark/jars/*"));
        builder.environment().putAll(environment);
        return new SparkProcess(builder.start(), output);
    }

    /** Waits until it has said that. */
    void awaitSaid(String text) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!said().contains(text)) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new AssertionError("Waited in vain for \"" + text + "\" in:\n" + said());
            }
            process.waitFor(100, TimeUnit.MILLISECONDS);
        }
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(3, TimeUnit.MINUTES)) {
            throw new AssertionError("It does not end");
        }
        return process.exitValue();
    }

    String said() throws IOException {
        return Files.readString(output);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
