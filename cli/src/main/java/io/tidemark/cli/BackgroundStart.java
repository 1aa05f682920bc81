package io.tidemark.cli;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Starts what runs on a data folder as a process of its own, which stays when this one ends.
 *
 * @param what is started, for messages
 * @param outputFile name of the file that takes what the process prints, in the folder of logs
 */
record BackgroundStart(String what, Layout layout, String outputFile) {
    /** Longer than the start allows itself, so that it is the start that says what was too slow. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    /**
     * Starts it, and passes on what it has to tell, such as which topics were made.
     *
     * @param words Java, its options, the program and its words
     * @return once it is up
     * @throws IOException with what the process said, if it ended; or if it took too long, in which case it is ended
     */
    StackAddresses await(List<String> words) throws IOException, InterruptedException {
        Files.createDirectories(layout.logs());
        Path output = layout.logs().resolve(outputFile);
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!process.waitFor(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            // Not the lock: to look at it would disturb the one that is taking it.
            Optional<StackAddresses> addresses =
                    Stack.announced(layout.data()).filter(each -> each.pid() == process.pid());
            if (addresses.isPresent()) {
                Files.readString(output)
                        .lines()
                        .filter(line -> line.startsWith("tidemark: ") || line.startsWith("Made "))
                        .forEach(System.err::println);
                return addresses.get();
            }
            if (System.nanoTime() > deadline) {
                process.destroy();
                throw new IOException(
                        "%s was not up after %d s; see %s".formatted(what, LONGEST.toSeconds(), layout.logs()));
            }
        }
        throw new IOException(Files.readString(output).strip().replaceFirst("^tidemark: ", ""));
    }
}
