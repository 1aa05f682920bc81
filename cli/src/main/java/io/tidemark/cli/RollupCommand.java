package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.rollup.RollupProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark rollup}. */
@Command(
        name = "rollup",
        description = {
            "Roll windows and sessions up to hours, days and months with Spark, whether or not anything runs on the data folder.",
            "Only periods in which something was written since the last run, and those that were not complete; a run more changes"
                    + " nothing."
        },
        footer = {
            "",
            "Example: tidemark rollup --time-zone Europe/Berlin",
            "         tidemark sql \"select * from processed_events_aggregated_day order by 1 desc limit 10\""
        })
final class RollupCommand implements Callable<Integer> {
    @Mixin
    private final SparkOptions spark = new SparkOptions();

    @Option(
            names = "--grain",
            paramLabel = "GRAIN",
            defaultValue = "month",
            description = "How far to roll up: hour, day or month. Longer periods are made of shorter ones.")
    private String grain = "month";

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description =
                    "Roll up all periods from there on, whether or not they are due:%n2026-03-01 or 2026-03-01T12:00:00Z.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Roll up all periods that begin before.")
    private @Nullable String to;

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            description = "Time zone of days and months, e.g. Europe/Berlin; set by the first run, UTC unless named.")
    private @Nullable String zone;

    @Option(
            names = "--rebuild",
            showDefaultValue = Visibility.NEVER,
            description = "Empty the rollups first, and make them anew; also in another time zone.")
    private boolean rebuild;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        RollupProgram program = RollupProgram.find();
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        return spark.run(options(), request -> {
            try (RollupProgress progress = new RollupProgress("rollup", "Rolling up...", out, err)) {
                program.run(request, progress);
            }
            return Main.DONE;
        });
    }

    private List<String> options() {
        List<String> options = new ArrayList<>(List.of("--grain=" + grain));
        SparkOptions.add(options, "--from", from);
        SparkOptions.add(options, "--to", to);
        SparkOptions.add(options, "--time-zone", zone);
        if (rebuild) {
            options.add("--rebuild");
        }
        return options;
    }
}
