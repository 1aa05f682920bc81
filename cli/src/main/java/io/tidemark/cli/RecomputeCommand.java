package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.StackException;
import io.tidemark.cli.rollup.RollupProgram;
import io.tidemark.store.RecomputeStore;
import io.tidemark.store.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark recompute}. */
@Command(
        name = "recompute",
        description = {
            "Recompute the windows of a range from the stored events with Spark, show where the tables differ, and swap the"
                    + " rows that do.",
            "Whatever else runs goes on meanwhile, and no hit is lost. A run more changes nothing."
        },
        footer = {
            "",
            "Windows that are not closed yet are left out; a range whose events retention has dropped is refused.",
            "Exit codes: 0 equal or swapped, 1 failed, or rows differ with --dry-run, 2 wrong usage.",
            "",
            "Example: tidemark recompute --from 2026-03-01 --to 2026-04-01 --dry-run"
        })
final class RecomputeCommand implements Callable<Integer> {
    @Mixin
    private final SparkOptions spark = new SparkOptions();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            required = true,
            description = "The first time whose window is recomputed:%n2026-03-01 (UTC) or 2026-03-01T12:00:00Z.")
    private String from = "";

    @Option(names = "--to", paramLabel = "TIME", required = true, description = "The end, exclusive.")
    private String to = "";

    @Option(
            names = "--table",
            paramLabel = "NAME",
            showDefaultValue = Visibility.NEVER,
            description =
                    "Only this table; may be given several times. By default all that are counted. By host, and by host and"
                            + " referrer, go together.")
    private final List<String> tables = new ArrayList<>();

    @Option(
            names = "--dry-run",
            showDefaultValue = Visibility.NEVER,
            description = "Show what differs, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--limit",
            paramLabel = "NUMBER",
            defaultValue = "10",
            converter = AtLeastOne.class,
            description = "How many rows to name of each table and kind of difference; all are counted.")
    private int limit = 10;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        RollupProgram program = RollupProgram.find().recomputing();
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        return spark.run(options(), request -> {
            try (RollupProgress progress = new RollupProgress("recompute", "Recomputing...", out, err)) {
                return program.run(request, progress) ? Main.FAILED : Main.DONE;
            } catch (StackException e) {
                removeWhatIsLeft(request);
                throw e;
            }
        });
    }

    /** Spark's process may have been killed. */
    private static void removeWhatIsLeft(RollupProgram.Request request) {
        try {
            new RecomputeStore(request.store()).close();
        } catch (StoreException e) {
            // Another run is under way, or the database is away; the next run does it.
            LoggerFactory.getLogger(RecomputeCommand.class).debug("Cannot remove what a run has left", e);
        }
    }

    private List<String> options() {
        List<String> options = new ArrayList<>(List.of("--from=" + from, "--to=" + to, "--limit=" + limit));
        tables.forEach(each -> options.add("--table=" + each));
        if (dryRun) {
            options.add("--dry-run");
        }
        return options;
    }
}
