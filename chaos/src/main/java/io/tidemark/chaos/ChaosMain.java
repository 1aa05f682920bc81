package io.tidemark.chaos;

import io.tidemark.chaos.fault.FaultKind;
import io.tidemark.chaos.plant.Plant;
import io.tidemark.chaos.report.RunLog;
import io.tidemark.chaos.report.RunResult;
import io.tidemark.chaos.report.Summary;
import io.tidemark.chaos.run.Campaign;
import io.tidemark.chaos.run.ChaosConfig;
import io.tidemark.cli.jobs.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command behind {@code make chaos}. */
@Command(
        name = "chaos",
        description =
                "Runs the jobs on a real cluster, breaks things at random, and checks that every event counts once.",
        mixinStandardHelpOptions = true,
        subcommands = ChaosMain.Report.class)
public final class ChaosMain implements Callable<Integer> {
    @Option(
            names = "--seed",
            description = "From which all random choices follow; by default a new one, which is printed.")
    private @Nullable Long seed;

    @Option(names = "--runs", defaultValue = "1", description = "How many runs.")
    private int runs = 1;

    @Option(
            names = "--fault",
            description =
                    "The faults of every run, joined by +, such as kill-broker+postgres-cut; by default each in turn,"
                            + " with up to two others.")
    private @Nullable String fault;

    @Option(names = "--parallel", defaultValue = "1", description = "How many clusters to run on at once.")
    private int parallel = 1;

    @Option(
            names = "--plant",
            description = "A bug to put into the jobs, which must be found: drop-one, duplicate-one,"
                    + " add-counts, ledger-apart, filter-off-by-one.")
    private @Nullable String plant;

    @Option(
            names = "--runs-per-cluster",
            defaultValue = "10",
            description = "After how many runs a cluster is made anew.")
    private int runsPerCluster = ChaosConfig.RUNS_PER_CLUSTER;

    @Option(
            names = "--folder",
            defaultValue = "target/chaos",
            description = "Where everything lies; failed runs stay there.")
    private Path folder = Path.of("target/chaos");

    @Option(
            names = "--keep",
            description = "Keep the folders of all clusters, not only of those on which a run failed.")
    private boolean keep;

    @Option(names = "--log", description = "File to which a line a run is appended; by default runs.log in the folder.")
    private @Nullable Path log;

    @Option(names = "--report", description = "File to write the table to, as Markdown.")
    private @Nullable Path report;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ChaosMain())
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    commandLine.getErr().println(commandLine.getColorScheme().errorText("chaos: " + e.getMessage()));
                    return 2;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        long first = seed == null ? new SecureRandom().nextLong(1L << 40) : seed;
        List<FaultKind> faults = fault == null || fault.isBlank() ? List.of() : FaultKind.parse(fault);
        Plant bug = plant == null || plant.isBlank() ? null : Plant.parse(plant);
        logTo(folder.resolve("chaos.log"));
        ChaosConfig config = new ChaosConfig(folder, Distribution.jobJar(), runsPerCluster, keep, bug);
        System.out.println("Seed " + first + ", " + runs + " runs, folder " + config.folder());
        RunLog runLog = new RunLog(log == null ? config.folder().resolve("runs.log") : log);
        Campaign campaign = new Campaign(config, first, faults, runs, parallel);
        return summarize(campaign.run(runLog, System.out::println), report);
    }

    /** Before the first logger is made: the settings are read then. */
    private static void logTo(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        System.setProperty("chaos.log", file.toString());
        System.setProperty("log4j2.configurationFile", "log4j2-chaos.xml");
    }

    private static int summarize(List<RunResult> results, @Nullable Path report) throws IOException {
        Summary summary = new Summary(results);
        System.out.println();
        System.out.print(summary.text());
        if (report != null) {
            Files.writeString(report, summary.markdown());
        }
        return summary.passed() ? 0 : 1;
    }

    /** Sums up logs. */
    @Command(name = "report", description = "Sums up the logs of several invocations.", mixinStandardHelpOptions = true)
    static final class Report implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "LOG")
        private List<Path> logs = List.of();

        @Option(names = "--report", description = "File to write the table to, as Markdown.")
        private @Nullable Path report;

        @Override
        public Integer call() throws IOException {
            List<RunResult> results = new ArrayList<>();
            for (Path each : logs) {
                results.addAll(RunLog.read(each));
            }
            return summarize(results, report);
        }
    }
}
