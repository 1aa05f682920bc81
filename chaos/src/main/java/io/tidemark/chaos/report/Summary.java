package io.tidemark.chaos.report;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The table at the end: of each fault how many runs had it, how many of those failed, and how long recovery took. A run
 * in which it did nothing is none of those; a run in which no fault did anything counts only if it failed.
 */
public final class Summary {
    private static final List<String> HEAD =
            List.of("fault", "runs", "without effect", "failures", "recovery, median", "recovery, max");
    private static final double CONFIDENCE = 0.95;

    private final List<RunResult> begun;
    private final List<RunResult> runs;
    private final List<RunResult> notBegun;

    /** Sums up those that began; of the others it tells why they could not. */
    public Summary(Collection<RunResult> results) {
        this.begun = results.stream().filter(RunResult::begun).toList();
        this.runs =
                begun.stream().filter(run -> run.hadEffect() || !run.passed()).toList();
        this.notBegun = results.stream().filter(run -> !run.begun()).toList();
    }

    /** Whether there were runs, and every one passed. */
    public boolean passed() {
        return !runs.isEmpty() && runs.stream().allMatch(RunResult::passed);
    }

    /** For a terminal. */
    public String text() {
        List<List<String>> rows = rows();
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                int width = width(rows, column);
                String cell = row.get(column);
                out.append(column == 0 ? cell : " ".repeat(width - cell.length()) + cell)
                        .append(column == 0 ? " ".repeat(width - cell.length()) : "")
                        .append(column == row.size() - 1 ? "\n" : "  ");
            }
        }
        return out.append('\n').append(verdict()).append('\n').toString();
    }

    /** For a page of documentation. */
    public String markdown() {
        StringBuilder out = new StringBuilder();
        List<List<String>> rows = rows();
        for (int i = 0; i < rows.size(); i++) {
            out.append("| ").append(String.join(" | ", rows.get(i))).append(" |\n");
            if (i == 0) {
                out.append("|---|").append("--:|".repeat(HEAD.size() - 1)).append('\n');
            }
        }
        return out.append('\n').append(verdict()).append('\n').toString();
    }

    private List<List<String>> rows() {
        Map<String, Line> lines = new TreeMap<>();
        Line all = new Line();
        for (RunResult run : begun) {
            all.count(run, run.hadEffect() || !run.passed());
            Map<String, Boolean> effects = new TreeMap<>();
            run.faults().forEach(fault -> effects.merge(fault.name(), !fault.withoutEffect(), Boolean::logicalOr));
            effects.forEach((name, effect) ->
                    lines.computeIfAbsent(name, each -> new Line()).count(run, effect));
            for (RunResult.Injected fault : run.faults()) {
                if (fault.recoveryMillis() >= 0 && !fault.withoutEffect()) {
                    all.recoveries.add(fault.recoveryMillis());
                    requireNonNull(lines.get(fault.name())).recoveries.add(fault.recoveryMillis());
                }
            }
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        lines.forEach((name, line) -> rows.add(line.cells(name)));
        rows.add(all.cells("all runs"));
        return rows;
    }

    private String verdict() {
        StringBuilder out = new StringBuilder(ofRuns());
        if (begun.size() > runs.size()) {
            out.append(" Besides, %d in which no fault had an effect.".formatted(begun.size() - runs.size()));
        }
        if (!notBegun.isEmpty()) {
            out.append(" Besides, %d could not begin:\n".formatted(notBegun.size()));
        }
        notBegun.forEach(run -> out.append("\n- seed %d: %s".formatted(run.seed(), String.join("; ", run.findings()))));
        return out.toString();
    }

    private String ofRuns() {
        long failed = runs.stream().filter(run -> !run.passed()).count();
        if (runs.isEmpty()) {
            return "No runs.";
        }
        if (failed > 0) {
            return "%d of %d runs failed.".formatted(failed, runs.size());
        }
        // With probability p of a failing run, n runs without one have probability (1 - p)^n.
        double bound = 1 - Math.pow(1 - CONFIDENCE, 1.0 / runs.size());
        return String.format(
                Locale.ROOT,
                "%d runs, no failure: with %.0f %% confidence fewer than %.2f %% of runs fail.",
                runs.size(),
                CONFIDENCE * 100,
                bound * 100);
    }

    private static int width(List<List<String>> rows, int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    private static final class Line {
        private int count;
        private int withoutEffect;
        private int failures;
        private final List<Long> recoveries = new ArrayList<>();

        void count(RunResult run, boolean effect) {
            if (!effect) {
                withoutEffect++;
                return;
            }
            count++;
            failures += run.passed() ? 0 : 1;
        }

        List<String> cells(String name) {
            List<Long> sorted = recoveries.stream().sorted().toList();
            return List.of(
                    name,
                    Integer.toString(count),
                    Integer.toString(withoutEffect),
                    Integer.toString(failures),
                    sorted.isEmpty() ? "" : seconds(sorted.get(sorted.size() / 2)),
                    sorted.isEmpty() ? "" : seconds(sorted.get(sorted.size() - 1)));
        }

        private static String seconds(long millis) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
    }
}
