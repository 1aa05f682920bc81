package io.tidemark.bench.growth;

import io.tidemark.bench.Commands;
import io.tidemark.bench.Contenders;
import io.tidemark.bench.input.Workload;
import io.tidemark.bench.report.Entrant;
import io.tidemark.bench.report.Invocation;
import io.tidemark.bench.report.MeasurementLog;
import io.tidemark.bench.report.Setup;
import io.tidemark.bench.report.Summary;
import io.tidemark.bench.run.Bench;
import io.tidemark.bench.run.Bench.Conditions;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Measurement;
import io.tidemark.bench.run.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code make bench_growth}. */
@Command(
        name = "bench_growth",
        description = "How Tidemark's rate changes with its input and with what is stored, and the heap that it needs.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class GrowthMain implements Callable<Integer> {
    @Option(names = "--seed", defaultValue = "1", description = "From which the input follows.")
    private long seed = 1;

    @Option(names = "--aggregate-events", defaultValue = "5000000", description = "For the aggregate job to count.")
    private long aggregateEvents = 5_000_000;

    @Option(names = "--enrich-events", defaultValue = "2000000", description = "For the enrich job.")
    private long enrichEvents = 2_000_000;

    @Option(names = "--rounds", defaultValue = "2", description = "Runs of each contender at each point.")
    private int rounds = 2;

    @Option(names = "--curves", split = ",", description = "Names, or begins of names; by default all.")
    private List<String> chosen = List.of("");

    @Option(
            names = "--heaps",
            split = ",",
            defaultValue = "2048,1024,768",
            description = "Heaps of the embedded stack in MiB, to try with a million pairs in a window; 0 for none.")
    private List<Integer> heaps = List.of();

    @Option(names = "--pairs", defaultValue = "1200000", description = "Of host and referrer for that, in the input.")
    private int pairs = 1_200_000;

    @Option(names = "--folder", defaultValue = "bench/target/growth", description = "Where input and servers lie.")
    private Path folder = Path.of("bench/target/growth");

    @Option(
            names = "--program",
            defaultValue = "cli/target/tidemark/tidemark.jar",
            description = "Jar of the tidemark command.")
    private Path program = Path.of("");

    @Option(
            names = "--report",
            defaultValue = "bench/target/growth.md",
            description =
                    "The report; measurements lie beside it as .jsonl: what is in there already is not measured again.")
    private Path report = Path.of("bench/target/growth.md");

    public static void main(String[] arguments) {
        Commands.runAndExit(new GrowthMain(), arguments);
    }

    @Override
    public Integer call() throws Exception {
        List<Curve> curves = Curve.all(seed, aggregateEvents, enrichEvents);
        Path measurements = MeasurementLog.beside(report);
        boolean right = true;
        for (Curve curve : curves) {
            if (chosen.stream().anyMatch(curve.id()::startsWith)) {
                for (Curve.Point point : curve.points()) {
                    if (GrowthReport.at(known(measurements), curve.work(), point)
                            .isEmpty()) {
                        right &= measure(measurements, curve, point);
                    }
                }
            }
        }
        Workload crowded = Workload.hour(seed, aggregateEvents)
                .withSpan(Duration.ofMinutes(5))
                .withPairs(pairs);
        for (int heap : heaps) {
            if (heap > 0
                    && GrowthReport.heap(known(measurements), crowded, heap).isEmpty()) {
                right &= measure(measurements, crowded, heap);
            }
        }
        new GrowthReport(curves, crowded, known(measurements)).write(report);
        System.out.println("The report is " + report);
        return right ? 0 : 1;
    }

    private static List<Invocation> known(Path measurements) throws IOException {
        return Files.exists(measurements) ? MeasurementLog.read(List.of(measurements)) : List.of();
    }

    private boolean measure(Path measurements, Curve curve, Curve.Point point) throws Exception {
        // The plain consumer first, so that it is the one to read what nobody has read yet.
        List<Contender> contenders = new Contenders(Contenders.distribution(), Path.of(""))
                .of(curve.work()).stream()
                        .filter(each -> each.kind() == Contender.Kind.TIDEMARK
                                || each.name().equals(Summary.PLAIN_CONSUMER))
                        .sorted(Comparator.comparing(Contender::kind).reversed())
                        .toList();
        System.out.printf(Locale.ROOT, "%s: %,.0f %s%n", curve.work(), point.at(), curve.of());
        Bench bench = new Bench(folder.toAbsolutePath().normalize(), point.conditions());
        boolean[] right = {true};
        try (MeasurementLog log = MeasurementLog.append(measurements)) {
            log.begin(setup(point.workload(), point.conditions(), rounds));
            for (Contender each : contenders) {
                log.add(Entrant.of(curve.work(), each));
            }
            bench.run(curve.work(), point.workload(), contenders, rounds, one -> {
                System.out.println("  " + one);
                log.add(curve.work(), one);
                right[0] &= one.fault().isEmpty();
            });
        }
        bench.forget(curve.work(), point.workload());
        return right[0];
    }

    private boolean measure(Path measurements, Workload crowded, int heap) throws Exception {
        System.out.printf(Locale.ROOT, "the embedded stack with a heap of %,d MiB%n", heap);
        HeapTrial trial = new HeapTrial(program, folder.toAbsolutePath().normalize(), crowded);
        Measurement one = trial.run(heap);
        System.out.println("  " + one);
        try (MeasurementLog log = MeasurementLog.append(measurements)) {
            log.begin(setup(crowded, HeapTrial.CONDITIONS, 1));
            log.add(trial.entrant(heap));
            log.add(Work.BOTH, one);
        }
        return one.fault().isEmpty();
    }

    private static Setup setup(Workload workload, Conditions conditions, int rounds) throws Exception {
        return Setup.here(List.of(Contenders.distribution().resolve("lib")), workload, conditions, rounds);
    }
}
