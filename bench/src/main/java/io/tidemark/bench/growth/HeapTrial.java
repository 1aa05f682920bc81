package io.tidemark.bench.growth;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.tidemark.bench.input.Events;
import io.tidemark.bench.input.Oracle;
import io.tidemark.bench.input.TopicLoader;
import io.tidemark.bench.input.Workload;
import io.tidemark.bench.report.Entrant;
import io.tidemark.bench.run.Bench;
import io.tidemark.bench.run.Bench.Conditions;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Deletion;
import io.tidemark.bench.run.GcLog;
import io.tidemark.bench.run.Measurement;
import io.tidemark.bench.run.Metered;
import io.tidemark.bench.run.Tables;
import io.tidemark.bench.run.Work;
import io.tidemark.cli.cluster.DataServers;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.PostgresServer;
import io.tidemark.model.RawEventCodec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * {@code tidemark run} on a file of raw events, with a heap of some size: Kafka, Flink, import and both jobs in one virtual
 * machine, as on a laptop.
 */
final class HeapTrial {
    static final Conditions CONDITIONS = new Conditions(2, 0, 0);

    private final Path program;
    private final Path folder;
    private final Workload workload;

    HeapTrial(Path program, Path folder, Workload workload) {
        this.program = program.toAbsolutePath();
        this.folder = folder;
        this.workload = workload;
    }

    static String name(int heapMiB) {
        return "tidemark run, heap of %,d MiB".formatted(heapMiB);
    }

    Entrant entrant(int heapMiB) {
        return new Entrant(
                Work.BOTH,
                name(heapMiB),
                "The whole embedded stack in one process, but for PostgreSQL; both tables and no further aggregate.",
                Contender.Kind.TIDEMARK,
                "exactly once");
    }

    /** How many pairs of host and referrer the fullest window of the input has. */
    static long largestWindow(Workload workload) throws InterruptedException {
        return new TopicLoader(workload, Bench.WINDOWS)
                .count().byHostAndReferrer().keySet().stream()
                        .collect(groupingBy(Oracle.HitKey::windowStartMillis, counting()))
                        .values()
                        .stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0);
    }

    /**
     * The figures are of the virtual machine, and so of Kafka's and Flink's; PostgreSQL is another process, not measured here.
     */
    Measurement run(int heapMiB) throws Exception {
        Files.createDirectories(folder);
        Path events = events();
        Path own = Files.createTempDirectory(folder, "heap-" + heapMiB + "-");
        Path data = own.resolve("data");
        Path output = own.resolve("output.log");
        GcLog garbage = new GcLog(own.resolve("gc.log"));
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx%dm".formatted(heapMiB),
                garbage.option(),
                "-jar",
                program.toString(),
                "run",
                "--aggregates",
                "none",
                "--data",
                data.toString(),
                "--format",
                "json",
                events.toString());
        Metered process = Metered.run(builder, own, output, Map.of());
        // If it was killed, it left its PostgreSQL behind.
        PostgresServer.stopLeftover(new Layout(data));
        String fault = process.exitCode() == 0
                ? fault(data)
                : "ended with exit code %d, see %s".formatted(process.exitCode(), output);
        double pauses = garbage.pauseMillis();
        if (fault.isEmpty()) {
            Files.walkFileTree(own, new Deletion());
        }
        return new Measurement(
                name(heapMiB),
                1,
                workload.events(),
                process.millis(),
                process.cpuMillis(),
                0,
                0,
                process.residentBytes(),
                pauses,
                0,
                fault);
    }

    private String fault(Path data) throws Exception {
        Oracle oracle = new TopicLoader(workload, Bench.WINDOWS).count();
        try (DataServers servers = DataServers.start(data)) {
            return new Tables(servers.store(), CONDITIONS.storedRows()).faultOfCounts(oracle);
        }
    }

    /** Lines of JSON; written once. */
    private Path events() throws IOException {
        Path file = folder.resolve(String.format(Locale.ROOT, "events-%s.jsonl", workload.id()));
        if (Files.exists(file)) {
            return file;
        }
        Path unfinished = Files.createTempFile(folder, "events-", ".jsonl");
        RawEventCodec codec = new RawEventCodec();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(unfinished), 1 << 20)) {
            List<Events> sources = IntStream.range(0, workload.partitions())
                    .mapToObj(workload::events)
                    .toList();
            // In turn, as they would come: the file is in the order of event time, but for a few seconds.
            boolean more = true;
            while (more) {
                more = false;
                for (Events source : sources) {
                    if (source.hasNext()) {
                        out.write(codec.encode(source.next()));
                        out.write('\n');
                        more = true;
                    }
                }
            }
        }
        return Files.move(unfinished, file);
    }
}
