package io.tidemark.bench.latency;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What was measured, as Markdown, with a file of each histogram beside it.
 *
 * @param date ISO-8601
 * @param machine what it was measured on
 * @param trials of the search for the highest rate; empty if it was given
 * @param highest events per second that the loads are parts of
 * @param checkpoints of each job
 * @param fault what was wrong with the rows in the end; empty if nothing was
 */
record LatencyReport(
        String date,
        String machine,
        Session.Options options,
        List<RateSearch.Step> trials,
        double highest,
        List<Result> results,
        List<Checkpoints> checkpoints,
        long sent,
        String fault) {
    private static final double MICROS_PER_MILLI = 1_000;
    private static final int LAGS_SHOWN = 12;

    LatencyReport {
        trials = List.copyOf(trials);
        results = List.copyOf(results);
        checkpoints = List.copyOf(checkpoints);
    }

    /** Whether the figures say anything. */
    boolean isValid() {
        return fault.isEmpty() && results.stream().allMatch(each -> each.fault().isEmpty());
    }

    String markdown() {
        StringBuilder text = new StringBuilder("""
                # Latency under load

                By `make bench_latency`, %s, on %s. Tidemark ran as `tidemark up` with both jobs, with the default options but windows of %s, a watermark
                %s behind and `--aggregates %s`; the generator and the watcher ran on the same machine, and took their share of it.

                """.formatted(
                        date, machine, seconds(options.window()), seconds(options.delay()), options.aggregates()));
        text.append(table("From when an event is sent until its row is in `processed_events`", false));
        text.append(
                table("From when a window is due until its row of a host is in `processed_events_aggregated`", true));
        text.append(verdict());
        text.append(lags());
        text.append(checkpointTable());
        text.append(search());
        text.append(method());
        return text.toString();
    }

    private String table(String title, boolean windows) {
        StringBuilder table = new StringBuilder("""
                ## %s

                | events/s | of the highest rate | %s | p50 ms | p95 | p99 | p99.9 | max | sent late, p99.9 ms | processors busy | kept up |
                |--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|
                """.formatted(title, windows ? "windows, rows" : "events"));
        for (Result each : results) {
            Histogram micros = windows ? each.windows() : each.events();
            table.append(String.format(
                    Locale.ROOT,
                    "| %,.0f | %.0f %% | %s | %s | %s | %s | %s | %s | %.1f | %s | %s |%n",
                    each.load().eventsPerSecond(),
                    100 * each.load().eventsPerSecond() / highest,
                    windows
                            ? "%,d, %,d".formatted(each.windowsMeasured(), micros.getTotalCount())
                            : "%,d".formatted(micros.getTotalCount()),
                    millis(micros, 50),
                    millis(micros, 95),
                    millis(micros, 99),
                    millis(micros, 99.9),
                    millis(micros, 100),
                    each.slip().getValueAtPercentile(99.9) / MICROS_PER_MILLI,
                    each.busy() < 0 ? "?" : "%.0f %%".formatted(100 * each.busy()),
                    each.behind().isEmpty() ? "yes" : "no: " + each.behind()));
        }
        return table.append('\n').toString();
    }

    private static String millis(Histogram micros, double percentile) {
        return micros.getTotalCount() == 0
                ? ""
                : String.format(Locale.ROOT, "%,.0f", micros.getValueAtPercentile(percentile) / MICROS_PER_MILLI);
    }

    private String verdict() {
        StringBuilder text = new StringBuilder();
        for (Result each : results) {
            if (!each.fault().isEmpty()) {
                text.append("**The figures of %,.0f events/s are void**: %s.%n%n"
                        .formatted(each.load().eventsPerSecond(), each.fault()));
            }
        }
        text.append(
                fault.isEmpty()
                        ? "All %,d events that were sent, those of warming up and searching included, are stored once and counted once.%n%n"
                                .formatted(sent)
                        : "**All figures are void**: %s%n%n".formatted(fault));
        return text.toString();
    }

    private String lags() {
        StringBuilder text = new StringBuilder("""
                ## How far behind, over time

                Events that were due to be sent and had no row yet, in seconds' worth of the rate, from the begin of the measurement to its end.

                """);
        for (Result each : results) {
            text.append("- %,.0f events/s:".formatted(each.load().eventsPerSecond()));
            int size = each.lags().size();
            for (int i = 0; i < LAGS_SHOWN && size > 0; i++) {
                Lag lag = each.lags().get(i * (size - 1) / (LAGS_SHOWN - 1));
                text.append(String.format(
                        Locale.ROOT, " %.2f", lag.events() / each.load().eventsPerSecond()));
            }
            text.append('\n');
        }
        return text.append('\n').toString();
    }

    private String checkpointTable() {
        StringBuilder text = new StringBuilder("""
                ## Checkpoints

                Of the whole invocation, under all loads.

                | job | completed | failed | state, median KiB | largest | trigger to end, median ms | longest |
                |---|--:|--:|--:|--:|--:|--:|
                """);
        for (Checkpoints each : checkpoints) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %d | %,d | %,d | %,d | %,d |%n",
                    each.job(),
                    each.completed(),
                    each.failed(),
                    each.medianBytes() >> 10,
                    each.largestBytes() >> 10,
                    each.medianMillis(),
                    each.longestMillis()));
        }
        return text.append('\n').toString();
    }

    private String search() {
        StringBuilder text = new StringBuilder("## The highest rate\n\n");
        if (trials.isEmpty()) {
            return text.append("%,.0f events/s, given and not searched for.%n%n".formatted(highest))
                    .toString();
        }
        text.append("""
                %,.0f events/s. A rate is borne if, over a trial, the rows are less than %.0f s behind and fall behind by less than %.2f s, and the windows by
                less than %.0f s; a rate that is not is tried a second time.

                """.formatted(
                        highest, Lags.LARGEST_SECONDS, Lags.LARGEST_GROWTH_SECONDS, Lags.LARGEST_OF_WINDOWS_SECONDS));
        for (RateSearch.Step each : trials) {
            text.append("- %,.0f events/s: %s%n"
                    .formatted(each.eventsPerSecond(), each.fault().isEmpty() ? "borne" : each.fault()));
        }
        return text.append('\n').toString();
    }

    private String method() {
        return """
                ## How it is measured

                - Event *n* is due at *start + n / rate*, whatever became of those before it. Its time is when it was due, and its latency counts from then,
                  so a system that holds the generator up gains nothing by it. If more than one event in a thousand is handed to the producer more than
                  %d ms late, it was not that rate that was measured, and the figures are void.
                - The producer is the one of `tidemark import`, with its linger of 20 ms, which is part of the latency.
                - Rows are seen by `ingest_ledger`, which moves in the transaction that stores them, asked every %d ms: so much too long a latency may be. Kafka's answers
                  tell which offset is which event.
                - A window is due at its end plus the watermark's delay. It is asked for, as often, from then until each host has as many hits as were sent. All
                  hosts of a window are written together, or nearly so: of a few windows the high percentiles say little.
                - Processors are busy with others' work, too: near 100 %% at half of the highest rate, somebody else was at it, and the figures are worse for it.
                - Each load is on for a while before it is measured, and goes on for a while after. In the end every row is counted: each event is
                  to be stored once, and each window's hits are to be those that were sent.

                The histograms, in milliseconds, are in the files `.hgrm` beside this one.
                """.formatted(options.largestSlip().toMillis(), options.poll().toMillis());
    }

    private static String seconds(Duration duration) {
        return new DecimalFormat("0.### s", DecimalFormatSymbols.getInstance(Locale.ROOT))
                .format(duration.toMillis() / 1e3);
    }

    /** Writes the report, and the histograms beside it. */
    void write(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path folder = Files.createDirectories(absolute.resolveSibling("."));
        Files.writeString(absolute, markdown());
        String name = absolute.getFileName().toString().replaceFirst("\\.md$", "");
        for (Result each : results) {
            String load = "%s-%.0f".formatted(name, each.load().eventsPerSecond());
            write(each.events(), folder.resolve(load + "-events.hgrm"));
            write(each.windows(), folder.resolve(load + "-windows.hgrm"));
        }
    }

    private static void write(Histogram micros, Path file) throws IOException {
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            micros.outputPercentileDistribution(out, MICROS_PER_MILLI);
        }
    }
}
