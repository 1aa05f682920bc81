package io.tidemark.bench.latency;

import io.tidemark.bench.Commands;
import io.tidemark.bench.input.Workload;
import io.tidemark.bench.report.Machine;
import io.tidemark.cli.jobs.FlinkRest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code make bench_latency}. */
@Command(
        name = "bench_latency",
        description = "How long it takes until events and windows are in the tables, at parts of the highest rate.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class LatencyMain implements Callable<Integer> {
    private static final int POOL = 100_000;
    private static final Duration TAIL = Duration.ofSeconds(3);

    /** Of a trial: so much as it takes until what the last one left behind is forgotten. */
    private static final Duration TRIAL_WARM_UP = Duration.ofSeconds(10);

    private static final Duration TRIAL_TAIL = Duration.ofSeconds(1);

    @Option(names = "--rate", description = "The highest rate in events/s, if it is known: it is not searched for.")
    private @Nullable Double rate;

    @Option(names = "--loads", split = ",", defaultValue = "0.5,0.8", description = "Parts of it to measure at.")
    private List<Double> loads = List.of();

    @Option(names = "--seconds", defaultValue = "60", description = "For how long each is measured.")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "30", description = "For how many seconds each is on before that.")
    private int warmUp;

    @Option(names = "--first-rate", defaultValue = "10000", description = "Where the search begins, events/s.")
    private double firstRate;

    @Option(names = "--factor", defaultValue = "1.5", description = "Between rates of the search.")
    private double factor;

    @Option(names = "--precision", defaultValue = "0.1", description = "Of the highest rate, as a part of it.")
    private double precision;

    @Option(names = "--trial", defaultValue = "30", description = "For how many seconds a rate is tried.")
    private int trial;

    @Option(names = "--window-millis", defaultValue = "10000", description = "Size of the windows.")
    private long windowMillis;

    @Option(names = "--watermark-millis", defaultValue = "15000", description = "How far the watermark stays behind.")
    private long watermarkMillis;

    @Option(
            names = "--aggregates",
            defaultValue = "default",
            description = "Which aggregates are counted besides both tables: as of the job.")
    private String aggregates = "";

    @Option(names = "--poll-millis", defaultValue = "5", description = "How often the tables are looked at.")
    private long pollMillis;

    @Option(
            names = "--slip-millis",
            defaultValue = "100",
            description = "By which one event in 1,000 may be sent late.")
    private long slipMillis;

    @Option(names = "--seed", defaultValue = "1", description = "From which the events follow.")
    private long seed;

    @Option(names = "--folder", defaultValue = "bench/target/latency", description = "Where data lies meanwhile.")
    private Path folder = Path.of("");

    @Option(
            names = "--program",
            defaultValue = "cli/target/tidemark/tidemark.jar",
            description = "Jar of the tidemark command.")
    private Path program = Path.of("");

    @Option(names = "--report", description = "Markdown file to write; histograms are written beside it.")
    private @Nullable Path report;

    public static void main(String[] arguments) {
        Commands.runAndExit(new LatencyMain(), arguments);
    }

    @Override
    public Integer call() throws Exception {
        Session.Options options = new Session.Options(
                Duration.ofMillis(windowMillis),
                Duration.ofMillis(watermarkMillis),
                aggregates,
                Duration.ofMillis(pollMillis),
                Duration.ofMillis(slipMillis));
        Files.createDirectories(folder);
        Path data = Files.createTempDirectory(folder.toAbsolutePath().normalize(), "data-");
        try (Product product = Product.start(program, data, options);
                Session session = new Session(product, workload(), options)) {
            LatencyReport told = measure(product, session, options);
            System.out.println();
            System.out.println(told.markdown());
            if (report != null) {
                told.write(report);
            }
            return told.isValid() ? 0 : 1;
        } finally {
            delete(data);
        }
    }

    /** Pairs of host and referrer as in other benchmarks; events' own times are not used. */
    private Workload workload() {
        Workload hour = Workload.hour(seed, POOL);
        return hour.withPartitions(1);
    }

    private LatencyReport measure(Product product, Session session, Session.Options options) throws Exception {
        RateSearch search = new RateSearch(factor, precision);
        double highest;
        if (rate == null) {
            // What a virtual machine has not compiled yet is no measure of what the system can bear.
            tell("warms up", session.run(trial(firstRate), false));
            highest = search.highest(firstRate, each -> {
                Result result = session.run(trial(each), true);
                tell("is tried", result);
                return result.behind().isEmpty() ? result.fault() : result.behind();
            });
        } else {
            highest = rate;
        }
        List<Result> results = new ArrayList<>();
        for (double part : loads) {
            Result result = session.run(load(part * highest, options), false);
            tell("is measured", result);
            results.add(result);
        }
        String fault = session.fault();
        return new LatencyReport(
                LocalDate.now(Clock.systemUTC()).toString(),
                Machine.here() + ", Java " + System.getProperty("java.version"),
                options,
                search.steps(),
                highest,
                results,
                Checkpoints.of(new FlinkRest(product.addresses().flink())),
                session.sent(),
                fault);
    }

    private Load trial(double eventsPerSecond) {
        return new Load(eventsPerSecond, TRIAL_WARM_UP, Duration.ofSeconds(trial), TRIAL_TAIL);
    }

    /** Before it counts, the first window that it filled has become due. */
    private Load load(double eventsPerSecond, Session.Options options) {
        Duration first = options.window().multipliedBy(2).plus(options.delay());
        Duration wanted = Duration.ofSeconds(warmUp);
        return new Load(
                eventsPerSecond, wanted.compareTo(first) < 0 ? first : wanted, Duration.ofSeconds(seconds), TAIL);
    }

    private static void tell(String what, Result result) {
        System.out.printf(
                Locale.ROOT,
                "%9.0f events/s %-11s  rows p50 %5.0f p99 %6.0f ms  windows p50 %5.0f p99 %6.0f ms  sent late p99.9 %5.1f ms  busy %3.0f %%  %s %s%n",
                result.load().eventsPerSecond(),
                what,
                result.events().getValueAtPercentile(50) / 1e3,
                result.events().getValueAtPercentile(99) / 1e3,
                result.windows().getValueAtPercentile(50) / 1e3,
                result.windows().getValueAtPercentile(99) / 1e3,
                result.slip().getValueAtPercentile(99.9) / 1e3,
                100 * result.busy(),
                result.behind(),
                result.fault());
    }

    private static void delete(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
