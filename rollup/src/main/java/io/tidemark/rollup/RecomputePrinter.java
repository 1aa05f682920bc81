package io.tidemark.rollup;

import static java.util.stream.Collectors.joining;

import io.tidemark.model.TextLine;
import io.tidemark.store.RecomputePlan;
import io.tidemark.store.TableDifference;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Tells what a recomputation finds and does. Texts of events are shown in quotes, on one line, without what could steer a terminal. */
final class RecomputePrinter implements Recompute.Listener {
    private static final int WIDEST_TEXT = 60;

    private final PrintWriter out;
    private final boolean steps;
    private final TreeSet<Long> late = new TreeSet<>();
    private int tables;
    private int compared;

    RecomputePrinter(PrintWriter out, boolean steps) {
        this.out = out;
        this.steps = steps;
    }

    @Override
    public void begins(RecomputePlan plan) {
        tables = plan.tables().size();
        long windows = (plan.toMillis() - plan.fromMillis()) / plan.sizeMillis();
        line(
                "Windows from %s to %s (%,d of %s)",
                Instant.ofEpochMilli(plan.fromMillis()),
                Instant.ofEpochMilli(plan.toMillis()),
                windows,
                Duration.ofMillis(plan.sizeMillis()).toString().substring(2).toLowerCase(Locale.ROOT));
        if (plan.open()) {
            line("Later ones are left out: they are not closed yet");
        }
        if (plan.marked() > 0) {
            line("%,d of them %s marked for correction", plan.marked(), plan.marked() == 1 ? "is" : "are");
        }
        step("processed_events");
    }

    private void step(String table) {
        if (steps) {
            line("%s %d %d %s", Printer.STEP, compared + 1, tables + 1, table);
        }
    }

    @Override
    public void compared(TableDifference difference) {
        compared++;
        step(difference.table().table());
        late.addAll(difference.late());
        if (difference.differing() == 0) {
            line(
                    "%s: %,d row%s, %,d hits, as recomputed",
                    difference.table().table(), difference.rows(), plural(difference.rows()), difference.hits());
            return;
        }
        line(
                "%s: %,d row%s, %,d hits, recomputed %,d; %,d only in the table, %,d missing, %,d other",
                difference.table().table(),
                difference.rows(),
                plural(difference.rows()),
                difference.hits(),
                difference.hitsAfter(),
                difference.onlyStored(),
                difference.onlyRecomputed(),
                difference.changed());
        difference.first().forEach(each -> line("  %s", text(each)));
        if (difference.differing() > difference.first().size()) {
            line("  … and %,d more", difference.differing() - difference.first().size());
        }
    }

    /** A row for people. */
    static String text(TableDifference.Row row) {
        String group = row.texts().stream()
                .map(each -> '"' + TextLine.cut(each, WIDEST_TEXT) + '"')
                .collect(joining(" "));
        return "%s %s: %s".formatted(Instant.ofEpochMilli(row.windowStartMillis()), group, told(row));
    }

    private static String told(TableDifference.Row row) {
        if (row.recomputedHits() == null) {
            return "%s, and no event".formatted(hits(row.storedHits()));
        }
        if (row.storedHits() == null) {
            return "missing, recomputed %s".formatted(hits(row.recomputedHits()));
        }
        if (!row.storedHits().equals(row.recomputedHits())) {
            return "%s, recomputed %s".formatted(hits(row.storedHits()), hits(row.recomputedHits()));
        }
        return Objects.equals(row.storedVisitors(), row.recomputedVisitors())
                ? "another sketch of visitors"
                : String.format(
                        Locale.ROOT, "%,d visitors, recomputed %,d", row.storedVisitors(), row.recomputedVisitors());
    }

    private static String hits(@Nullable Long hits) {
        return String.format(Locale.ROOT, "%,d hit%s", hits, hits != null && hits == 1 ? "" : "s");
    }

    @Override
    public void swapped(List<String> names, long rows) {
        if (rows > 0) {
            line("%s: %,d row%s swapped", String.join(" and ", names), rows, plural(rows));
        }
    }

    @Override
    public void ended(int corrected, int taken) {
        if (taken > 0) {
            line("%,d window%s marked for correction no more", taken, taken == 1 ? " is" : "s are");
        }
        if (corrected > 0) {
            line(
                    "%,d window%s got events meanwhile, and %s marked: an aggregate job recomputes %s",
                    corrected, plural(corrected), corrected == 1 ? "is" : "are", corrected == 1 ? "it" : "them");
        }
    }

    /** @param differing number of rows */
    void end(boolean dryRun, long differing, long read, Duration took) {
        if (dryRun && !late.isEmpty()) {
            line("%,d window%s left out, since events came meanwhile", late.size(), late.size() == 1 ? " is" : "s are");
        }
        String what = differing == 0
                ? "All rows are as recomputed"
                : "%,d row%s differed".formatted(differing, plural(differing));
        line(
                "%s; %,d rows read, in %.1f s%s",
                what, read, took.toMillis() / 1e3, dryRun ? ". Nothing was changed" : "");
    }

    private static String plural(long number) {
        return number == 1 ? "" : "s";
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
