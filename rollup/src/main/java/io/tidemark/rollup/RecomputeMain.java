package io.tidemark.rollup;

import static java.util.Objects.requireNonNull;

import io.tidemark.store.RecomputePlan.Request;
import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Recomputes windows from the stored events; what {@code tidemark recompute} runs, and {@code spark-submit --class} as well. On
 * {@code local[*]} unless Spark is told of a master.
 */
@Command(
        name = "tidemark-rollup.jar",
        description = "Recompute windows of a range from processed_events, and swap the rows that differ.",
        footer = "Exit codes: 0 equal or swapped, 1 failed, or rows differ with --dry-run, 2 wrong usage.",
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class RecomputeMain implements Callable<Integer> {
    /** Says, for a program to read, that rows differ and were left. */
    private static final String DIFFERS = "@differs";

    @Mixin
    private final DatabaseOptions database = new DatabaseOptions();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            required = true,
            description = "The first time whose window is recomputed: 2026-03-01 (UTC) or 2026-03-01T12:00:00Z.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", required = true, description = "The end, exclusive.")
    private @Nullable String to;

    @Option(
            names = "--table",
            paramLabel = "NAME",
            description = "Only this table; may be given several times. By default all that are counted.")
    private final List<String> tables = new ArrayList<>();

    @Option(names = "--dry-run", description = "Show what differs, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--limit",
            paramLabel = "NUMBER",
            defaultValue = "10",
            description = "How many rows to name of each table and kind of difference. Default: ${DEFAULT-VALUE}.")
    private int limit = 10;

    @Option(names = "--steps", hidden = true, description = "Print each step as it begins, for a program to read.")
    private boolean steps;

    @Spec
    private @Nullable CommandSpec spec;

    public static void main(String[] args) {
        RecomputeMain main = new RecomputeMain();
        Program.end(main, () -> main.steps, args);
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        if (limit < 0) {
            throw wrong("--limit must not be negative; was " + limit);
        }
        RecomputeOptions options = new RecomputeOptions(request(), dryRun, limit);
        StoreConfig store = database.store();
        long began = System.nanoTime();
        RecomputePrinter printer = new RecomputePrinter(out, steps);
        try (LazySpark spark = new LazySpark()) {
            long differing = new Recompute(spark::session, store, options, printer).run();
            printer.end(dryRun, differing, spark.rowsRead(), Duration.ofNanos(System.nanoTime() - began));
            if (!dryRun || differing == 0) {
                return Program.DONE;
            }
        }
        if (steps) {
            out.println(DIFFERS);
        }
        return Program.FAILED;
    }

    private Request request() {
        try {
            return new Request(millis("--from", requireNonNull(from)), millis("--to", requireNonNull(to)), tables);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private static long millis(String option, String text) {
        try {
            return TimeText.parse(text).millis(ZoneOffset.UTC);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + " " + e.getMessage(), e);
        }
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(requireNonNull(spec).commandLine(), message);
    }
}
