package io.tidemark.cli.cluster;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Ends processes, and finds those that a killed supervisor has left. */
final class Processes {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Processes() {}

    /** Whether the process ended within that time. */
    static boolean awaitEnd(ProcessHandle process, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (lives(process)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
        return true;
    }

    /** A process that only waits for its parent to ask how it ended, as orphans in many containers for ever, is dead. */
    static boolean lives(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
        try {
            String text = Files.exists(stat) ? Files.readString(stat, StandardCharsets.ISO_8859_1) : "";
            return !text.substring(text.lastIndexOf(')') + 1).startsWith(" Z");
        } catch (IOException e) {
            // It went while it was looked at, if it could be looked at before.
            return process.isAlive();
        }
    }

    /**
     * Ends what a killed supervisor has left on the folder, Flink first, PostgreSQL last.
     *
     * @return how many processes there were
     */
    static int endLeftovers(Layout layout) throws InterruptedException {
        List<ProcessHandle> left = leftovers(layout);
        left.forEach(ProcessHandle::destroy);
        for (ProcessHandle process : left) {
            if (!awaitEnd(process, PATIENCE)) {
                process.destroyForcibly();
                if (!awaitEnd(process, PATIENCE)) {
                    throw new IllegalStateException(
                            "Process %d of the cluster on %s cannot be ended".formatted(process.pid(), layout.data()));
                }
            }
        }
        return left.size() + (PostgresServer.stopLeftover(layout) ? 1 : 0);
    }

    /** By what the supervisor wrote down, and by the mark on the command line if it was killed before it could. */
    static List<ProcessHandle> leftovers(Layout layout) {
        Stream<ProcessHandle> known = ClusterFile.read(layout).stream()
                .flatMap(file -> file.processes().stream())
                .filter(info -> info.role() != Role.POSTGRES)
                .flatMap(info -> info.find().stream());
        String mark = " " + JavaProgram.MARK + layout.data() + " ";
        Stream<ProcessHandle> marked = ProcessHandle.allProcesses()
                .filter(process ->
                        process.info().command().filter(c -> c.endsWith("java")).isPresent())
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(mark))
                        .isPresent());
        return Stream.concat(known, marked).filter(Processes::lives).distinct().toList();
    }
}
