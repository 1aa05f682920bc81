package io.tidemark.bench.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that ran to its end, and what it used.
 *
 * @param millis from its start to its end
 * @param cpuMillis of it and its children
 * @param residentBytes the most memory that it had
 */
public record Metered(int exitCode, long millis, long cpuMillis, long residentBytes) {
    private static final Duration LONGEST_RUN = Duration.ofMinutes(20);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    /**
     * Runs it in a folder, without input and without Tidemark's settings from the environment; after 20 minutes it is ended.
     *
     * @param folder to run in
     * @param output file for what it says, errors too
     * @param environment variables that it gets, too
     */
    public static Metered run(ProcessBuilder program, Path folder, Path output, Map<String, String> environment)
            throws IOException, InterruptedException {
        program.environment().keySet().removeIf(name -> name.startsWith("TIDEMARK_"));
        program.environment().putAll(environment);
        program.directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile());
        long started = System.nanoTime();
        Process process = program.start();
        process.getOutputStream().close();
        long cpu = 0;
        long resident = 0;
        while (!process.waitFor(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            cpu = Math.max(cpu, ProcessMeter.cpuMillis(process.pid()));
            resident = Math.max(resident, ProcessMeter.maxResidentBytes(process.pid()));
            if (System.nanoTime() - started > LONGEST_RUN.toNanos()) {
                process.destroyForcibly();
            }
        }
        long millis = Duration.ofNanos(System.nanoTime() - started).toMillis();
        return new Metered(process.exitValue(), millis, cpu, resident);
    }
}
