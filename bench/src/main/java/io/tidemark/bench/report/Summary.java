package io.tidemark.bench.report;

import io.tidemark.bench.run.Contender.Kind;
import io.tidemark.bench.run.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The scores of all who did the same work on the same input, compared with Tidemark's and the plain consumer's. */
public final class Summary {
    /** Name of the contender that only reads: the most that anyone can reach. */
    public static final String PLAIN_CONSUMER = "plain consumer";

    private final List<Score> scores = new ArrayList<>();
    private final List<Measurement> faulty;

    /** @param measured in any order; those of others than the entrants are passed over */
    public Summary(List<Entrant> entrants, List<Measurement> measured) {
        for (Entrant each : entrants) {
            scores.add(Score.of(
                    each,
                    measured.stream()
                            .filter(run -> run.contender().equals(each.name()))
                            .toList()));
        }
        faulty = measured.stream().filter(each -> !each.fault().isEmpty()).toList();
    }

    /** In the entrants' order. */
    public List<Score> scores() {
        return List.copyOf(scores);
    }

    /** Whether every run of every contender had the right results, the ones to warm up too. */
    public boolean allRight() {
        return faulty.isEmpty();
    }

    /** How many times as fast as that contender Tidemark is; nothing if one of the two has no score. */
    public Optional<Double> ratioTo(String contender) {
        return median(tidemark()).flatMap(own -> median(named(contender)).map(other -> own / other));
    }

    /** A table for people, and for Markdown. */
    public String markdown() {
        StringBuilder table = new StringBuilder("""
                | contender | runs | events/s, median | lowest … highest | Tidemark is × as fast | of the plain consumer | CPU µs/event | Kafka | PostgreSQL | memory, highest | GC pauses | WAL B/event | delivery |
                |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|
                """);
        scores.forEach(each -> table.append(each.runs() > 0 ? row(each) : rowWithoutScore(each)));
        for (Measurement each : faulty) {
            table.append("%n%s, round %d: %s%n".formatted(each.contender(), each.round(), each.fault()));
        }
        return table.toString();
    }

    private static String rowWithoutScore(Score score) {
        return "| %s | 0 | %s | | | | | | | | | | %s |%n"
                .formatted(
                        score.entrant().name(),
                        score.wrong() > 0 ? "wrong results" : "warmed up only",
                        score.entrant().guarantee());
    }

    private String row(Score score) {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %,.0f | %,.0f … %,.0f | %s | %s | %.2f | %.2f | %.2f | %,.0f MiB | %s | %,.0f | %s |%n",
                score.entrant().name(),
                score.runs(),
                score.median(),
                score.lowest(),
                score.highest(),
                decimal(median(tidemark()).map(own -> own / score.median())),
                decimal(median(named(PLAIN_CONSUMER)).map(plain -> score.median() / plain)),
                score.cpuMicros(),
                score.kafkaCpuMicros(),
                score.postgresCpuMicros(),
                score.residentBytes() / 1024 / 1024,
                score.gcPauseMillis() == 0 ? "–" : String.format(Locale.ROOT, "%,.0f ms", score.gcPauseMillis()),
                score.walBytes(),
                score.entrant().guarantee());
    }

    static String decimal(Optional<Double> figure) {
        return figure.map(value -> String.format(Locale.ROOT, "%.2f", value)).orElse("–");
    }

    private Optional<Score> tidemark() {
        return scores.stream()
                .filter(each -> each.entrant().kind() == Kind.TIDEMARK)
                .findFirst();
    }

    private Optional<Score> named(String contender) {
        return scores.stream()
                .filter(each -> each.entrant().name().equals(contender))
                .findFirst();
    }

    private static Optional<Double> median(Optional<Score> score) {
        return score.filter(each -> each.runs() > 0).map(Score::median);
    }
}
