package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.store.Migrations;
import io.tidemark.store.Retention;
import io.tidemark.store.RetentionRules;
import io.tidemark.store.StoreConfig;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemark retention}. */
@Command(
        name = "retention",
        description = {
            "Drop what is older than is to be kept: events by day, and windows once they are rolled up. Rollups stay.",
            "Runs once; have it run daily, by cron or a timer. What went stays accounted for: 'tidemark audit' knows of it.",
            "From then on, events that are older than that are rejected as expired: their windows can no longer be"
                    + " counted. Import old logs first."
        },
        footer = {
            "",
            "A day is kept, and the reason told, as long as windows do not count all its events; windows, as long as"
                    + " a rollup lacks them.",
            "Exit codes: 0 done, though something may be kept, 1 failed, 2 wrong usage."
        })
final class RetentionCommand implements Callable<Integer> {
    @Mixin
    private final ResultsOptions results = new ResultsOptions();

    @Option(
            names = "--events",
            paramLabel = "DAYS|off",
            defaultValue = RetentionRules.EVENT_DAYS + "d",
            converter = KeptDays.class,
            description = "For how many days before today, in UTC, events are kept; off: for ever.")
    private OptionalInt events = OptionalInt.of(RetentionRules.EVENT_DAYS);

    @Option(
            names = "--windows",
            paramLabel = "DAYS|off",
            converter = KeptDays.class,
            description = "For how many days windows are kept, at least as many as events; off: for ever. By default "
                    + RetentionRules.WINDOW_DAYS + "d, or as long as events if that is longer.")
    private @Nullable OptionalInt windows;

    @Option(
            names = "--dry-run",
            showDefaultValue = Visibility.NEVER,
            description = "Show what would go, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--uncounted",
            showDefaultValue = Visibility.NEVER,
            description = "Drop events that no window counts, too, as those from before an aggregate job's start.")
    private boolean uncounted;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        RetentionRules rules = rules();
        results.use(store -> {
            if (!dryRun) {
                Migrations.apply(store);
            }
            run(store, rules);
        });
        return Main.DONE;
    }

    private void run(StoreConfig store, RetentionRules rules) {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        RetentionView view = new RetentionView(out);
        try (Retention retention = new Retention(store, Clock.systemUTC())) {
            if (dryRun) {
                view.plan(retention.plan(rules));
            } else {
                retention.run(rules, view::done);
                view.end();
            }
        }
    }

    private RetentionRules rules() {
        try {
            return new RetentionRules(events, windows == null ? byDefault(events) : windows, uncounted);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    requireNonNull(spec).commandLine(), "--events, --windows: " + e.getMessage(), e);
        }
    }

    private static OptionalInt byDefault(OptionalInt events) {
        return events.isEmpty() ? events : OptionalInt.of(Math.max(RetentionRules.WINDOW_DAYS, events.getAsInt()));
    }
}
