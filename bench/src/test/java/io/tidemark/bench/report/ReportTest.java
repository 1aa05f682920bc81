package io.tidemark.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.bench.input.Workload;
import io.tidemark.bench.report.Invocation.Run;
import io.tidemark.bench.run.Bench;
import io.tidemark.bench.run.Contender.Kind;
import io.tidemark.bench.run.Measurement;
import io.tidemark.bench.run.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final Setup SETUP = setup(1_000_000);
    private static final Entrant OURS =
            new Entrant(Work.AGGREGATE, "Tidemark", "As it comes.", Kind.TIDEMARK, "exactly once");
    private static final Entrant THEIRS = new Entrant(
            Work.AGGREGATE, "Flink SQL, window TVF", "As the manual has it.", Kind.PEER, "at least once, upserts");
    private static final Entrant PLAIN =
            new Entrant(Work.AGGREGATE, Summary.PLAIN_CONSUMER, "Reads.", Kind.LIMIT, "none");

    @TempDir
    private Path folder;

    private static Setup setup(long events) {
        return Setup.of(
                "2026-03-01T12:00:00Z",
                "abc1234",
                new Machine("Some CPU", 2, 24L << 30, "Linux 6"),
                Map.of("Kafka", "4.2.0"),
                Workload.hour(1, events),
                new Bench.Conditions(2, 1, 0),
                1);
    }

    private static Run run(Entrant entrant, int round, long millis, String fault) {
        return new Run(
                entrant.work(),
                new Measurement(
                        entrant.name(), round, 1_000_000, millis, 2_000, 100, 300, 512L << 20, 42.4, 8_000_000, fault));
    }

    private static Invocation invocation(Setup setup, Run... runs) {
        return new Invocation(setup, List.of(OURS, THEIRS, PLAIN), List.of(runs));
    }

    @Test
    void everyContenderHasARowWithItsRatiosAndASentence() {
        String text = new Report(List.of(
                        invocation(SETUP, run(OURS, 1, 1_000, ""), run(THEIRS, 1, 5_000, ""), run(PLAIN, 1, 800, ""))))
                .markdown("benchmarks-");
        assertThat(text)
                .contains(
                        "| commit | abc1234 |",
                        "| machine | Some CPU, 2 cores, 24 GiB, Linux 6 |",
                        "| versions | Kafka 4.2.0 |",
                        "1,000,000 events, as raw JSON of some 524 bytes, in 4 partitions, 10,000 pairs of 40 hosts",
                        "| each contender | parallelism 2, 1 rounds after one to warm up |",
                        "![Rates of aggregate](benchmarks-aggregate.svg)",
                        "| Tidemark | 1 | 1,000,000 | 1,000,000 … 1,000,000 | 1.00 | 0.80 | 2.00 | 0.10 | 0.30 | 512 MiB | 42 ms | 8 | exactly once |",
                        "| Flink SQL, window TVF | 1 | 200,000 | 200,000 … 200,000 | 5.00 | 0.16 |",
                        "- **Flink SQL, window TVF**: As the manual has it.");
    }

    @Test
    void figuresAreComparedWithWhatTheyAreToReach() {
        String text = new Report(List.of(
                        invocation(SETUP, run(OURS, 1, 1_000, ""), run(THEIRS, 1, 5_000, ""), run(PLAIN, 1, 500, ""))))
                .markdown("");
        assertThat(text)
                .contains(
                        "| aggregate | Flink SQL, window TVF | 4.00 | 6.00 | 5.00 | reached |",
                        "| aggregate | plain consumer | 0.60 | 0.75 | 0.50 | not reached |",
                        "| enrich | Java without an engine | 0.70 | 0.90 | – | not measured |");
    }

    @Test
    void aRunWithWrongRowsScoresNothingAndIsNamed() {
        String text = new Report(List.of(invocation(
                        SETUP, run(OURS, 1, 1_000, ""), run(THEIRS, 1, 1, "a row is missing"), run(PLAIN, 0, 1, ""))))
                .markdown("");
        assertThat(text)
                .contains(
                        "| Flink SQL, window TVF | 0 | wrong results | | | | | | | | | | at least once, upserts |",
                        "Flink SQL, window TVF, round 1: a row is missing",
                        "| plain consumer | 0 | warmed up only |",
                        "| aggregate | Flink SQL, window TVF | 4.00 | 6.00 | – | not measured |");
    }

    @Test
    void runsOfSeveralInvocationsAreTakenTogetherOnlyIfTheInputWasTheSame() {
        Invocation first = invocation(SETUP, run(OURS, 1, 1_000, ""));
        Invocation second = invocation(SETUP, run(OURS, 1, 2_000, ""));
        Invocation other = invocation(setup(2_000_000), run(OURS, 1, 4_000, ""));
        assertThat(new Report(List.of(first, second, other)).markdown("benchmarks-"))
                .contains(
                        "| Tidemark | 2 | 750,000 | 500,000 … 1,000,000 |",
                        "| Tidemark | 1 | 250,000 |",
                        "Of 2,000,000 events, as raw",
                        "(benchmarks-aggregate-2.svg)");
    }

    @Test
    void figuresToReachAreThoseOfTheLastInvocationThatMeasuredBoth() {
        Invocation first = invocation(SETUP, run(OURS, 1, 1_000, ""), run(THEIRS, 1, 9_000, ""));
        Invocation second = invocation(SETUP, run(OURS, 1, 2_000, ""), run(THEIRS, 1, 8_500, ""));
        Invocation oursAlone = invocation(SETUP, run(OURS, 1, 10, ""));
        assertThat(new Report(List.of(first, second, oursAlone)).markdown(""))
                .contains(
                        "Runs of 3 invocations, taken together.",
                        "| aggregate | Flink SQL, window TVF | 4.00 | 6.00 | 4.25 | reached |");
    }

    @Test
    void chartsStandBesideTheReportAsXml() throws Exception {
        Path file = folder.resolve("new/benchmarks.md");
        new Report(List.of(invocation(
                        SETUP,
                        run(OURS, 1, 1_000, ""),
                        run(OURS, 2, 2_000, ""),
                        run(THEIRS, 1, 5_000, ""),
                        run(PLAIN, 1, 500, ""))))
                .write(file);
        assertThat(Files.readString(file)).contains("(benchmarks-aggregate.svg)");
        Path chart = folder.resolve("new/benchmarks-aggregate.svg");
        DocumentBuilderFactory parsers = DocumentBuilderFactory.newInstance();
        // Nothing is fetched for a test.
        parsers.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        assertThat(parsers.newDocumentBuilder()
                        .parse(chart.toFile())
                        .getDocumentElement()
                        .getAttribute("width"))
                .isEqualTo("960");
        // Texts are drawn as outlines; but for the legend's, a bar of each kind.
        assertThat(Files.readString(chart))
                .contains("fill:rgb(11,114,133)", "fill:rgb(141,169,196)", "fill:rgb(207,207,207)");
    }

    @Test
    void measurementsAreReadAsTheyWereWritten() throws IOException {
        List<Invocation> invocations = List.of(
                invocation(SETUP, run(OURS, 0, 900, ""), run(THEIRS, 1, 5_000, "a row is \"missing\"")),
                invocation(setup(7)));
        Path file = folder.resolve("measurements.jsonl");
        try (MeasurementLog log = MeasurementLog.create(file)) {
            log.addAll(invocations);
        }
        assertThat(MeasurementLog.read(List.of(file))).isEqualTo(invocations);
    }

    @Test
    void anotherFileIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("other.jsonl"), "");
        assertThatThrownBy(() -> MeasurementLog.read(List.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it is not a file of measurements");
    }

    @Test
    void versionsAreThoseOfTheJars() throws IOException {
        for (String jar :
                List.of("kafka-server-4.2.0.jar", "kafka-server-common-4.2.1.jar", "spark-sql_2.13-4.1.0.jar")) {
            Files.createFile(folder.resolve(jar));
        }
        assertThat(Versions.in(List.of(folder, folder.resolve("absent"))))
                .containsEntry("Java", System.getProperty("java.version"))
                .containsEntry("Kafka", "4.2.0")
                .containsEntry("Spark", "4.1.0")
                .hasSize(3);
    }
}
