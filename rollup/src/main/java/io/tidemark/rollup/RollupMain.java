package io.tidemark.rollup;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Grain;
import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Rolls windows up to hours, days and months; what {@code tidemark rollup} runs, and {@code spark-submit} as well. On {@code local[*]}
 * unless Spark is told of a master.
 */
@Command(
        name = "tidemark-rollup.jar",
        description = "Roll windows up to hours, days and months.",
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class RollupMain implements Callable<Integer> {
    @Mixin
    private final DatabaseOptions database = new DatabaseOptions();

    @Option(
            names = "--grain",
            paramLabel = "GRAIN",
            defaultValue = "month",
            description =
                    "How far to roll up: hour, day or month. Longer periods are made of shorter ones. Default: ${DEFAULT-VALUE}.")
    private String grain = "month";

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description =
                    "Roll up all periods from there on, whether or not they are due: 2026-03-01 or 2026-03-01T12:00:00Z.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Roll up all periods that begin before.")
    private @Nullable String to;

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            description =
                    "Time zone of days and months, e.g. Europe/Berlin; by default the one that is set, at first UTC.")
    private @Nullable String zone;

    @Option(names = "--rebuild", description = "Empty the rollups first, and make them anew.")
    private boolean rebuild;

    @Option(names = "--steps", hidden = true, description = "Print each step as it begins, for a program to read.")
    private boolean steps;

    @Spec
    private @Nullable CommandSpec spec;

    public static void main(String[] args) {
        RollupMain main = new RollupMain();
        Program.end(main, () -> main.steps, args);
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        RollupOptions options = new RollupOptions(
                grain(), time("--from", from), time("--to", to), zone == null ? null : zone(zone), rebuild);
        StoreConfig store = database.store();
        long began = System.nanoTime();
        Printer printer = new Printer(out, steps);
        try (LazySpark spark = new LazySpark()) {
            ZoneId used = new Rollup(spark::session, store, options, printer).run();
            printer.end(used, spark.rowsRead(), Duration.ofNanos(System.nanoTime() - began));
        }
        return Program.DONE;
    }

    private Grain grain() {
        try {
            return Grain.valueOf(grain.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw wrong("--grain must be hour, day or month; was \"" + grain + "\"");
        }
    }

    private @Nullable TimeText time(String option, @Nullable String text) {
        try {
            return text == null ? null : TimeText.parse(text);
        } catch (IllegalArgumentException e) {
            throw wrong(option + " " + e.getMessage());
        }
    }

    private ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw wrong("--time-zone must be one of the tz database, e.g. Europe/Berlin; was \"" + name + "\"");
        }
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(requireNonNull(spec).commandLine(), message);
    }
}
