package io.tidemark.bench;

import io.tidemark.bench.input.EventLog;
import io.tidemark.bench.input.Workload;
import io.tidemark.bench.report.Entrant;
import io.tidemark.bench.report.Invocation;
import io.tidemark.bench.report.MeasurementLog;
import io.tidemark.bench.report.Report;
import io.tidemark.bench.report.Setup;
import io.tidemark.bench.report.Summary;
import io.tidemark.bench.run.Bench;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Measurement;
import io.tidemark.bench.run.Work;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code make bench}. */
@Command(
        name = "bench",
        description = "Runs Tidemark, its peers and the limits of the machine in turn, on the same input.",
        mixinStandardHelpOptions = true)
public final class BenchMain implements Callable<Integer> {
    @Option(names = "--seed", defaultValue = "1", description = "From which the input follows.")
    private long seed = 1;

    @Option(names = "--events", defaultValue = "5000000", description = "Events in the input.")
    private long events = 5_000_000;

    @Option(
            names = "--access-log",
            description = "Takes the lines of this log, again and again, in place of made events.")
    private @Nullable Path accessLog;

    @Option(names = "--rounds", defaultValue = "5", description = "Runs of each contender.")
    private int rounds = 5;

    @Option(names = "--warm-ups", defaultValue = "1", description = "Runs of each before those: 0 or 1.")
    private int warmUps = 1;

    @Option(names = "--parallelism", defaultValue = "2", description = "Threads or tasks of each contender.")
    private int parallelism = 2;

    @Option(names = "--work", split = ",", description = "${COMPLETION-CANDIDATES}; by default all.")
    private List<Work> works = List.of(Work.values());

    // Names may hold a comma, with a space behind it.
    @Option(names = "--only", split = ",(?! )", description = "Names of contenders; by default all.")
    private List<String> only = List.of();

    @Option(names = "--folder", defaultValue = "bench/target/bench", description = "Where input and servers lie.")
    private Path folder = Path.of("bench/target/bench");

    @Option(names = "--peers", defaultValue = "bench/peers", description = "Folder of the peers' modules.")
    private Path peers = Path.of("bench/peers");

    @Option(
            names = "--report",
            defaultValue = "bench/target/benchmarks.md",
            description = "The report; charts and measurements, .jsonl, are written beside it.")
    private Path report = Path.of("bench/target/benchmarks.md");

    @Option(
            names = "--from",
            arity = "1..*",
            description = "Measures nothing, and makes the report of such measurements.")
    private List<Path> from = List.of();

    public static void main(String[] arguments) {
        Commands.runAndExit(new BenchMain(), arguments);
    }

    @Override
    public Integer call() throws Exception {
        List<Invocation> known = MeasurementLog.read(from);
        boolean right = true;
        Path measurements = MeasurementLog.beside(report);
        try (MeasurementLog log = MeasurementLog.create(measurements)) {
            if (known.isEmpty()) {
                right = measure(log);
            } else {
                log.addAll(known);
            }
        }
        new Report(MeasurementLog.read(List.of(measurements))).write(report);
        System.out.println("The report is " + report);
        return right ? 0 : 1;
    }

    private boolean measure(MeasurementLog log) throws Exception {
        Contenders contenders = new Contenders(Contenders.distribution(), peers.toAbsolutePath());
        Workload workload =
                accessLog == null ? Workload.hour(seed, events) : Workload.of(EventLog.read(accessLog), events);
        Bench.Conditions conditions = new Bench.Conditions(parallelism, warmUps, 0);
        log.begin(Setup.here(folders(), workload, conditions, rounds));
        Bench bench = new Bench(folder.toAbsolutePath().normalize(), conditions);
        boolean right = true;
        for (Work work : works) {
            List<Contender> chosen = contenders.of(work).stream()
                    .filter(each -> only.isEmpty() || only.contains(each.name()))
                    .toList();
            if (chosen.isEmpty()) {
                continue;
            }
            List<Entrant> entrants =
                    chosen.stream().map(each -> Entrant.of(work, each)).toList();
            for (Entrant each : entrants) {
                log.add(each);
            }
            System.out.println(work + ": " + workload);
            List<Measurement> measured = new ArrayList<>();
            bench.run(work, workload, chosen, rounds, one -> {
                print(one);
                measured.add(one);
                log.add(work, one);
            });
            Summary summary = new Summary(entrants, measured);
            System.out.println();
            System.out.println(summary.markdown());
            right &= summary.allRight();
        }
        return right;
    }

    /** All that jars of contenders and servers lie in. */
    private List<Path> folders() throws IOException, URISyntaxException {
        List<Path> folders = new ArrayList<>();
        folders.add(Contenders.distribution().resolve("lib"));
        if (Files.isDirectory(peers)) {
            try (Stream<Path> modules = Files.list(peers)) {
                modules.map(each -> each.resolve("target/jars")).forEach(folders::add);
            }
        }
        return folders;
    }

    private static void print(Measurement one) {
        System.out.printf(
                Locale.ROOT,
                "  %d  %-26s %9.0f events/s  %6.2f s  CPU %5.2f us/event (Kafka %.2f, PostgreSQL %.2f)  %4d MiB  %s%n",
                one.round(),
                one.contender(),
                one.eventsPerSecond(),
                one.millis() / 1000.0,
                one.cpuMillis() * 1000.0 / one.events(),
                one.kafkaCpuMillis() * 1000.0 / one.events(),
                one.postgresCpuMillis() * 1000.0 / one.events(),
                one.residentBytes() >> 20,
                one.fault());
    }
}
