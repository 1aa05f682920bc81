package io.tidemark.bench.report;

import io.tidemark.bench.report.Invocation.Run;
import io.tidemark.bench.run.Measurement;
import io.tidemark.bench.run.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What invocations of the benchmark measured, for people: Markdown, and a chart of each work. Runs of the same work, input,
 * parallelism and machine are taken together, of whatever invocation they are.
 */
public final class Report {
    private final List<Invocation> invocations;
    private final Map<Section, Summary> sections = new LinkedHashMap<>();

    /** What makes runs comparable. */
    private record Section(Work work, String input, int parallelism, long storedRows, int warmUps, String machine) {
        static Section of(Work work, Setup setup) {
            return new Section(
                    work,
                    setup.input(),
                    setup.parallelism(),
                    setup.storedRows(),
                    setup.warmUps(),
                    setup.machine().toString());
        }
    }

    /** @param invocations at least one */
    public Report(List<Invocation> invocations) {
        this.invocations = List.copyOf(invocations);
        Map<Section, Map<String, Entrant>> entrants = new LinkedHashMap<>();
        Map<Section, List<Measurement>> measured = new LinkedHashMap<>();
        for (Invocation invocation : invocations) {
            for (Entrant each : invocation.entrants()) {
                entrants.computeIfAbsent(Section.of(each.work(), invocation.setup()), none -> new LinkedHashMap<>())
                        .put(each.name(), each);
            }
            for (Run each : invocation.runs()) {
                measured.computeIfAbsent(Section.of(each.work(), invocation.setup()), none -> new ArrayList<>())
                        .add(each.measurement());
            }
        }
        entrants.forEach((section, each) -> sections.put(
                section, new Summary(List.copyOf(each.values()), measured.getOrDefault(section, List.of()))));
    }

    /** Writes the report, and its charts beside it, named after it. */
    public void write(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        if (absolute.getParent() != null) {
            Files.createDirectories(absolute.getParent());
        }
        String prefix = String.valueOf(absolute.getFileName()).replaceFirst("\\.md$", "") + "-";
        for (Map.Entry<Section, Summary> each : sections.entrySet()) {
            List<Score> scores = each.getValue().scores().stream()
                    .filter(score -> score.runs() > 0)
                    .toList();
            if (!scores.isEmpty()) {
                BarChart.write(
                        absolute.resolveSibling(prefix + chart(each.getKey())),
                        each.getKey().work() + ": median, lowest and highest rate of the runs",
                        scores);
            }
        }
        Files.writeString(absolute, markdown(prefix), StandardCharsets.UTF_8);
    }

    private String chart(Section section) {
        int number = 1;
        for (Section each : sections.keySet()) {
            if (each.equals(section)) {
                break;
            }
            number += each.work() == section.work() ? 1 : 0;
        }
        return section.work() + (number == 1 ? "" : "-" + number) + ".svg";
    }

    /** @param prefix of the charts' names */
    String markdown(String prefix) {
        StringBuilder text = new StringBuilder("""
                # Benchmarks

                Made by `make bench`. Contenders took turns on the same input, each a program in a process of its own, measured from
                the start of the process to its end. A run counts only if its rows, or the number of events that it read, equal what
                the maker of the events counted; one that does not scores nothing. `docs/decisions/0012-benchmark.md` says more,
                `docs/decisions/0013-speed.md` where the time goes, and what keeps a figure from being reached. Events of nominally 524 bytes
                have 465 in the mean as raw JSON, and 470 enriched.

                """);
        text.append(measuredOn()).append(goals());
        sections.forEach((section, summary) -> text.append(section(section, summary, prefix)));
        return text.toString();
    }

    private String measuredOn() {
        StringBuilder table = new StringBuilder(
                "| |" + " |".repeat(invocations.size()) + "\n|---|" + "---|".repeat(invocations.size()) + "\n");
        row(table, "begun", Setup::at);
        row(table, "commit", Setup::commit);
        row(table, "machine", setup -> setup.machine().toString());
        row(table, "versions", Report::versions);
        row(table, "input", Setup::input);
        row(
                table,
                "each contender",
                setup -> "parallelism %d, %d rounds%s"
                        .formatted(
                                setup.parallelism(),
                                setup.rounds(),
                                setup.warmUps() == 0 ? "" : " after one to warm up"));
        return table.append('\n').toString();
    }

    private void row(StringBuilder table, String name, Function<Setup, String> value) {
        table.append("| ").append(name).append(" |");
        invocations.forEach(
                each -> table.append(' ').append(value.apply(each.setup())).append(" |"));
        table.append('\n');
    }

    private static String versions(Setup setup) {
        List<String> each = new ArrayList<>();
        setup.versions().forEach((name, version) -> each.add(name + " " + version));
        return String.join(", ", each);
    }

    private String goals() {
        StringBuilder table = new StringBuilder("""
                ## Figures to reach

                By the medians of one invocation, the last that measured both.

                | work | Tidemark's rate as a multiple of | to reach | aim | measured | |
                |---|---|--:|--:|--:|---|
                """);
        for (Goal goal : Goal.ALL) {
            Optional<Double> ratio = ratio(goal);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.2f | %.2f | %s | %s |%n",
                    goal.work(),
                    goal.contender(),
                    goal.reach(),
                    goal.aim(),
                    Summary.decimal(ratio),
                    goal.verdict(ratio)));
        }
        return table.append('\n').toString();
    }

    /** Of the last invocation that measured both: what ran at another time is no fair comparison. */
    private Optional<Double> ratio(Goal goal) {
        Optional<Double> last = Optional.empty();
        for (Invocation each : invocations) {
            Optional<Double> ratio = each.summary(goal.work()).ratioTo(goal.contender());
            last = ratio.isPresent() ? ratio : last;
        }
        return last;
    }

    private String section(Section section, Summary summary, String prefix) {
        StringBuilder text = new StringBuilder("## %s%n%n%s%n%n"
                .formatted(
                        capitalized(section.work().toString()), section.work().what()));
        if (sections.keySet().stream()
                        .filter(each -> each.work() == section.work())
                        .count()
                > 1) {
            text.append("Of %s; parallelism %d; on %s.%n%n"
                    .formatted(section.input(), section.parallelism(), section.machine()));
        }
        long together = invocations.stream()
                .filter(each -> each.runs().stream()
                        .anyMatch(run -> Section.of(run.work(), each.setup()).equals(section)))
                .count();
        if (together > 1) {
            text.append("Runs of %d invocations, taken together.%n%n".formatted(together));
        }
        if (summary.scores().stream().anyMatch(each -> each.runs() > 0)) {
            text.append("![Rates of %s](%s%s)%n%n".formatted(section.work(), prefix, chart(section)));
        }
        text.append(summary.markdown()).append("\nHow they are set up:\n\n");
        summary.scores()
                .forEach(each -> text.append("- **%s**: %s%n"
                        .formatted(each.entrant().name(), each.entrant().what())));
        return text.append('\n').toString();
    }

    private static String capitalized(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
