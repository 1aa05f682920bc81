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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of commands that have Spark work on a database, whether or not anything runs on the data folder. */
final class SparkOptions {
    @Mixin
    private final DataFolder data = new DataFolder();

    @Mixin
    private final PostgresOptions postgres = new PostgresOptions();

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

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** Has Spark do something. */
    interface Work {
        /** Returns the exit code. */
        int run(RollupProgram.Request request) throws IOException, InterruptedException;
    }

    /**
     * Starts the data folder's database for as long, if nothing else does.
     *
     * @param options of the program
     */
    int run(List<String> options, Work work) throws IOException, InterruptedException {
        Optional<StoreConfig> reachable = postgres.chosenOr(Stack.running(data.path));
        if (reachable.isPresent()) {
            return run(PostgresOptions.reachable(reachable.get()), options, work);
        }
        Cluster.requireNothingLeft(data.path);
        try (DatabaseOnly database = DatabaseOnly.start(data.path)) {
            return run(database.store(), options, work);
        }
    }

    private int run(StoreConfig store, List<String> options, Work work) throws IOException, InterruptedException {
        Migrations.apply(store);
        Layout layout = new Layout(data.path);
        // With a database elsewhere there need be no data folder.
        boolean keeps = Files.isDirectory(layout.data());
        Path log =
                keeps ? layout.logs().resolve(AutomaticRollups.LOG) : Files.createTempFile("tidemark-rollup-", ".log");
        int exitCode;
        try {
            exitCode = work.run(new RollupProgram.Request(store, options, master, settings, memory, log));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(requireNonNull(command).commandLine(), String.valueOf(e.getMessage()), e);
        }
        if (!keeps) {
            Files.delete(log);
        }
        return exitCode;
    }

    /** Adds an option of the program, if it is set. */
    static void add(List<String> options, String name, @Nullable String value) {
        if (value != null) {
            options.add(name + "=" + value);
        }
    }
}
