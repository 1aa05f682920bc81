package io.tidemark.bench;

import static java.util.Objects.requireNonNull;

import io.tidemark.bench.input.Workload;
import io.tidemark.bench.report.Summary;
import io.tidemark.bench.run.Bench;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Measurement;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
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

    @Option(names = "--rounds", defaultValue = "5", description = "Runs of each contender, after one to warm up.")
    private int rounds = 5;

    @Option(names = "--parallelism", defaultValue = "2", description = "Threads or tasks of each contender.")
    private int parallelism = 2;

    @Option(names = "--work", split = ",", defaultValue = "aggregate,enrich", description = "aggregate, enrich.")
    private List<String> works = List.of("aggregate", "enrich");

    @Option(names = "--only", split = ",", description = "Names of contenders; by default all.")
    private List<String> only = List.of();

    @Option(names = "--folder", defaultValue = "bench/target/bench", description = "Where input and servers lie.")
    private Path folder = Path.of("bench/target/bench");

    @Option(names = "--peers", defaultValue = "bench/peers", description = "Folder of the peers' modules.")
    private Path peers = Path.of("bench/peers");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchMain())
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    commandLine.getErr().println(commandLine.getColorScheme().errorText("bench: " + e.getMessage()));
                    return 2;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path jar = Path.of(BenchMain.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Contenders contenders = new Contenders(requireNonNull(jar.getParent()), peers.toAbsolutePath());
        Workload workload = Workload.hour(seed, events);
        Bench bench = new Bench(folder.toAbsolutePath().normalize(), parallelism);
        boolean right = true;
        for (String work : works) {
            List<Contender> all = switch (work) {
                case "aggregate" -> contenders.aggregate();
                case "enrich" -> contenders.enrich();
                default ->
                    throw new IllegalArgumentException("--work must be aggregate or enrich, or both; was " + work);
            };
            List<Contender> chosen = all.stream()
                    .filter(each -> only.isEmpty() || only.contains(each.name()))
                    .toList();
            System.out.println(work + ": " + workload);
            List<Measurement> measured = bench.run(workload, chosen, rounds, BenchMain::print);
            Summary summary = new Summary(measured);
            System.out.println();
            System.out.println(summary.markdown());
            right &= summary.allRight();
        }
        return right ? 0 : 1;
    }

    private static void print(Measurement one) {
        System.out.printf(
                Locale.ROOT,
                "  %d  %-24s %9.0f events/s  %6.2f s  CPU %5.2f us/event (Kafka %.2f, PostgreSQL %.2f)  %4d MiB  %s%n",
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
