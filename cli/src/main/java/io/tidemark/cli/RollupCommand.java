package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.embedded.DatabaseOnly;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.rollup.RollupProgram;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
    private final DataFolder data = new DataFolder();

    @Mixin
    private final PostgresOptions postgres = new PostgresOptions();

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

    @Option(
            names = "--master",
            paramLabel = "URL",
            description = "Run on this Spark cluster, e.g. spark://host:7077; by default on this machine.")
    private @Nullable String master;

    @Option(
            names = "--conf",
            paramLabel = "KEY=VALUE",
            showDefaultValue = Visibility.NEVER,
            description = "Set something of Spark's, e.g. spark.executor.memory=4g. May be given several times.")
    private final Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = AutomaticRollups.MEMORY,
            description = "Heap of Spark's process on this machine.")
    private String memory = AutomaticRollups.MEMORY;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        RollupProgram program = RollupProgram.find();
        Optional<StoreConfig> reachable = postgres.chosenOr(Stack.running(data.path));
        if (reachable.isPresent()) {
            run(program, PostgresOptions.reachable(reachable.get()));
        } else {
            Cluster.requireNothingLeft(data.path);
            try (DatabaseOnly database = DatabaseOnly.start(data.path)) {
                run(program, database.store());
            }
        }
        return Main.DONE;
    }

    private void run(RollupProgram program, StoreConfig store) throws IOException, InterruptedException {
        Migrations.apply(store);
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Layout layout = new Layout(data.path);
        // With a database elsewhere there need be no data folder.
        boolean keeps = Files.isDirectory(layout.data());
        Path log =
                keeps ? layout.logs().resolve(AutomaticRollups.LOG) : Files.createTempFile("tidemark-rollup-", ".log");
        try (RollupProgress progress = new RollupProgress(out, err)) {
            program.run(new RollupProgram.Request(store, options(), master, settings, memory, log), progress);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        if (!keeps) {
            Files.delete(log);
        }
    }

    private List<String> options() {
        List<String> options = new ArrayList<>(List.of("--grain=" + grain));
        add(options, "--from", from);
        add(options, "--to", to);
        add(options, "--time-zone", zone);
        if (rebuild) {
            options.add("--rebuild");
        }
        return options;
    }

    private static void add(List<String> options, String name, @Nullable String value) {
        if (value != null) {
            options.add(name + "=" + value);
        }
    }
}
