package io.tidemark.bench.run;

import io.tidemark.bench.input.Oracle;
import io.tidemark.bench.input.Workload;
import io.tidemark.cli.cluster.Role;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Runs contenders in turn, A B A B, on the same input, each checked against the oracle. */
public final class Bench {
    /** Size of the windows that are counted. */
    public static final TumblingWindows WINDOWS = TumblingWindows.of(Duration.ofMinutes(5));

    private final Path folder;
    private final Conditions conditions;

    /**
     * Under which contenders run.
     *
     * @param parallelism threads or tasks of each
     * @param warmUps runs of each before those that count: 0 or 1
     * @param storedRows of days before, that are in {@code processed_events} when a run begins
     */
    public record Conditions(int parallelism, int warmUps, long storedRows) {}

    /** Hears of a run. */
    public interface Listener {
        void ended(Measurement one) throws IOException;
    }

    public Bench(Path folder, Conditions conditions) {
        this.folder = folder;
        this.conditions = conditions;
    }

    /**
     * Runs contenders in turn, first to warm up if that is wanted.
     *
     * @param listener is told of every run, also that of round 0, as soon as it has ended
     */
    public void run(Work work, Workload workload, List<Contender> contenders, int rounds, Listener listener)
            throws Exception {
        Files.createDirectories(folder);
        Servers.Input input = input(work);
        try (Servers servers = Servers.start(folder, workload, input, WINDOWS)) {
            int first = 1 - conditions.warmUps();
            for (int round = first; round <= rounds; round++) {
                List<Contender> order = new ArrayList<>(contenders);
                // So that nobody always comes after the same one, and what that one leaves to be done.
                Collections.rotate(order, first - round);
                for (Contender contender : order) {
                    listener.ended(measure(servers, input, workload, contender, round));
                }
            }
        }
    }

    private static Servers.Input input(Work work) {
        return work == Work.AGGREGATE ? Servers.Input.ENRICHED : Servers.Input.RAW;
    }

    /** Deletes what is kept of that input: topics and tables. */
    public void forget(Work work, Workload workload) throws IOException {
        Files.walkFileTree(Servers.data(folder, workload, input(work)), new Deletion());
    }

    private Measurement measure(Servers servers, Servers.Input input, Workload workload, Contender contender, int round)
            throws Exception {
        Tables tables = new Tables(servers.store(), conditions.storedRows());
        tables.empty();
        if (input == Servers.Input.RAW) {
            servers.renew(List.of(Topics.ENRICHED, Topics.REJECTED));
        } else if (contender.result() == Contender.Result.WINDOW_TOPICS) {
            servers.makeResultTopics();
        }
        Path own = Files.createTempDirectory(folder, contender.name().replaceAll("[^a-zA-Z0-9]+", "-") + "-");
        Place place = new Place(
                servers.bootstrap(),
                servers.store(),
                conditions.parallelism(),
                "bench-" + own.getFileName(),
                own,
                workload.events());
        Path output = own.resolve("output.log");
        GcLog garbage = new GcLog(own.resolve("gc.log"));
        ProcessBuilder builder = new ProcessBuilder(contender.command(place, List.of(garbage.option())));
        long kafka = servers.processes().pid(Role.KAFKA);
        long postgres = servers.processes().pid(Role.POSTGRES);
        long kafkaBefore = ProcessMeter.cpuMillis(kafka);
        long postgresBefore = ProcessMeter.cpuMillis(postgres);
        long walBefore = tables.walPosition();
        Metered process = Metered.run(
                builder,
                own,
                output,
                Map.of("TIDEMARK_POSTGRES_PASSWORD", servers.store().password()));
        long kafkaCpu = ProcessMeter.cpuMillis(kafka) - kafkaBefore;
        long postgresCpu = ProcessMeter.cpuMillis(postgres) - postgresBefore;
        long wal = tables.walPosition() - walBefore;
        String fault = process.exitCode() == 0
                ? fault(servers, contender, tables, output)
                : "ended with exit code %d, see %s".formatted(process.exitCode(), output);
        double pauses = garbage.pauseMillis();
        servers.deleteTopicsOf(place.group());
        if (fault.isEmpty()) {
            Files.walkFileTree(own, new Deletion());
        }
        return new Measurement(
                contender.name(),
                round,
                workload.events(),
                process.millis(),
                process.cpuMillis(),
                kafkaCpu,
                postgresCpu,
                process.residentBytes(),
                pauses,
                wal,
                fault);
    }

    private static String fault(Servers servers, Contender contender, Tables tables, Path output) throws Exception {
        Oracle oracle = servers.oracle();
        return switch (contender.result()) {
            case WINDOW_TABLES -> tables.faultOfCounts(oracle);
            case WINDOW_TOPICS -> new ResultTopics(servers.bootstrap()).faultOfCounts(oracle);
            case RAW_EVENTS -> faultOfRawEvents(tables, oracle);
            case RAW_EVENTS_BY_POSITION ->
                tables.faultOfEvents("bench_events_by_position", oracle, WINDOWS.sizeMillis());
            case EVENTS_AND_TOPIC -> faultOfEventsAndTopic(servers, tables);
            case RAW_EVENTS_AND_WINDOWS -> first(faultOfRawEvents(tables, oracle), tables.faultOfCounts(oracle));
            case EVENTS_TOPIC_AND_WINDOWS ->
                first(faultOfEventsAndTopic(servers, tables), tables.faultOfCounts(oracle));
            case PRINTED_COUNT -> faultOfPrinted(output, oracle.events());
        };
    }

    private static String first(String fault, String other) {
        return fault.isEmpty() ? other : fault;
    }

    private static String faultOfRawEvents(Tables tables, Oracle oracle) throws SQLException {
        return tables.faultOfEvents("bench_events", oracle, WINDOWS.sizeMillis());
    }

    private static String faultOfEventsAndTopic(Servers servers, Tables tables) throws Exception {
        Oracle oracle = servers.oracle();
        return first(
                first(
                        tables.faultOfEvents("processed_events", oracle, WINDOWS.sizeMillis()),
                        tables.faultOfPositions(oracle.events())),
                new EnrichedTopic(servers.bootstrap(), WINDOWS).fault(oracle));
    }

    private static String faultOfPrinted(Path output, long events) throws IOException {
        String[] words = Files.readString(output).strip().split("\\s+", -1);
        return Long.toString(events).equals(words[0])
                ? ""
                : "it tells of %s events instead of %d".formatted(words[0], events);
    }
}
