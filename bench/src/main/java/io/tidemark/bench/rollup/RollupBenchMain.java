package io.tidemark.bench.rollup;

import io.tidemark.bench.Commands;
import io.tidemark.bench.report.Machine;
import io.tidemark.cli.cluster.DataServers;
import io.tidemark.cli.rollup.RollupProgram;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code make bench_rollup}. */
@Command(
        name = "bench_rollup",
        description = "Rollups of a synthetic year by Tidemark, by plain Postgres and by DuckDB, in turn.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class RollupBenchMain implements Callable<Integer> {
    private static final String TIDEMARK = "Tidemark (Spark)";
    private static final String POSTGRES = "Postgres SQL";
    private static final String DUCK_DB = "DuckDB";

    @Option(names = "--hosts", defaultValue = "1000", description = "Number of hosts.")
    private int hosts = 1_000;

    @Option(names = "--rows", defaultValue = "5000000", description = "About how many rows by window and host.")
    private long rows = 5_000_000;

    @Option(names = "--rounds", defaultValue = "3", description = "Runs of each.")
    private int rounds = 3;

    @Option(names = "--memory", defaultValue = "1g", description = "Heap of Spark's process.")
    private String memory = "1g";

    @Option(
            names = "--program",
            defaultValue = "rollup/target/rollup",
            description = "Where Spark and Tidemark's jar lie.")
    private Path program = Path.of("rollup/target/rollup");

    @Option(names = "--folder", defaultValue = "bench/target/rollup", description = "Where the database lies.")
    private Path folder = Path.of("bench/target/rollup");

    @Option(names = "--report", defaultValue = "bench/target/rollup.md", description = "The report.")
    private Path report = Path.of("bench/target/rollup.md");

    public static void main(String[] arguments) {
        Commands.runAndExit(new RollupBenchMain(), arguments);
    }

    /** What is measured. */
    private interface Task {
        void run() throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(folder);
        try (DataServers servers = DataServers.start(folder.resolve("data"));
                PeakMemory spark = new PeakMemory("io.tidemark.rollup.RollupMain")) {
            Migrations.apply(servers.store());
            try (Year year = new Year(servers.store())) {
                year.make(hosts, rows);
                measure(servers.store(), year, spark);
            }
        }
        return 0;
    }

    private void measure(StoreConfig store, Year year, PeakMemory spark) throws Exception {
        // Makes the tables, and is no part of what is measured.
        tidemark(store);
        List<String> expected = year.fingerprint();
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        List<Double> late = new ArrayList<>();
        List<Double> nothing = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            time(seconds, POSTGRES, year, expected, () -> Peers.postgres(year));
            time(seconds, DUCK_DB, year, expected, () -> Peers.duckDb(year, folder));
            time(seconds, TIDEMARK, year, expected, () -> tidemark(store));
            year.execute("update rollup_progress set touched_from = now()");
            for (String table : Year.TABLES) {
                year.execute("update " + table + " set updated_at = now() where event_hour = '2025-06-01 12:00+00'");
            }
            late.add(seconds(() -> tidemark(store)));
            year.execute("update rollup_progress set touched_from = now()");
            nothing.add(seconds(() -> tidemark(store)));
        }
        write(year, seconds, late, nothing, spark.peakBytes());
    }

    private static void time(
            Map<String, List<Double>> seconds, String name, Year year, List<String> expected, Task task)
            throws Exception {
        year.emptyRollups();
        double took = seconds(task);
        List<String> found = year.fingerprint();
        if (!found.equals(expected)) {
            throw new IllegalStateException(name + " came to other rows: " + found + " instead of " + expected);
        }
        seconds.computeIfAbsent(name, every -> new ArrayList<>()).add(took);
        System.out.printf(Locale.ROOT, "%s: %.1f s%n", name, took);
    }

    private static double seconds(Task task) throws Exception {
        long began = System.nanoTime();
        task.run();
        return Duration.ofNanos(System.nanoTime() - began).toMillis() / 1e3;
    }

    private void tidemark(StoreConfig store) throws IOException, InterruptedException {
        RollupProgram.in(program)
                .run(
                        new RollupProgram.Request(
                                store, List.of(), null, Map.of(), memory, folder.resolve("rollup.log")),
                        new RollupProgram.Listener() {
                            @Override
                            public void step(int step, int steps, String table) {
                                System.out.printf("  %d of %d: %s%n", step, steps, table);
                            }

                            @Override
                            public void line(String line) {
                                System.out.println("  " + line);
                            }
                        });
    }

    private void write(
            Year year, Map<String, List<Double>> seconds, List<Double> late, List<Double> nothing, long peakBytes)
            throws Exception {
        long byHost = year.number("select count(*) from processed_events_aggregated");
        long byReferrer = year.number("select count(*) from processed_events_aggregated_source");
        StringBuilder text = new StringBuilder();
        line(text, "| | seconds, median (from – to) | windows' rows/s |");
        line(text, "|---|---:|---:|");
        seconds.forEach((name, all) ->
                line(text, "| %s | %s | %,.0f |", name, spread(all), (byHost + byReferrer) / median(all)));
        line(text, "| %s, one late window | %s | |", TIDEMARK, spread(late));
        line(text, "| %s, nothing new | %s | |", TIDEMARK, spread(nothing));
        line(text, "");
        line(
                text,
                "%,d hosts, %,d rows by window and host, %,d by window, host and referrer, of the 105,120 windows of a year.",
                hosts,
                byHost,
                byReferrer);
        for (String table : Year.rollups()) {
            line(text, "- `%s`: %,d rows", table, year.number("select count(*) from " + table));
        }
        line(text, "");
        line(
                text,
                "%d rounds in turn. Spark's process: heap of %s, resident at most %,d MB. %s.",
                rounds,
                memory,
                peakBytes / 1_000_000,
                Machine.here());
        Files.writeString(report, text);
        System.out.println(text);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String spread(List<Double> all) {
        return String.format(
                Locale.ROOT,
                "%.1f (%.1f – %.1f)",
                median(all),
                all.stream().mapToDouble(each -> each).min().orElse(0),
                all.stream().mapToDouble(each -> each).max().orElse(0));
    }

    private static double median(List<Double> all) {
        List<Double> sorted = all.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
