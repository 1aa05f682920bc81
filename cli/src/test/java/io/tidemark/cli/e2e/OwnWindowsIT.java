package io.tidemark.cli.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.embedded.DatabaseOnly;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.model.Aggregate;
import io.tidemark.store.AuditGroups;
import io.tidemark.store.AuditQueries;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.aggregate.AggregatesFile;
import io.tidemark.testkit.TestData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Aggregates in windows of their own, from real logs, row for row. */
class OwnWindowsIT {
    private static final String FILE = """
            aggregates:
              - {table: hourly_pages, dimensions: [host, path], window: {tumble: 1h}}
              - {table: moving_hour, dimensions: [host], window: {hop: {size: 1h, every: 5m}}}
              - {table: moving_day, dimensions: [host, device, browser], window: {hop: {size: 1d, every: 6h}}}
              - {table: day_so_far, dimensions: [host, referrer_source], window: {cumulate: {size: 1d, every: 1h}}}
              - {table: day_of_pages, dimensions: [host, path], measures: [hits, visitors], window: {cumulate: {size: 1d, every: 6h}}}
              - {table: plain, dimensions: [host, country]}
            """;

    /** After the last event of every log. */
    private static final Instant LATER = Instant.parse("2026-02-01T00:00:00Z");

    @TempDir
    Path folder;

    private Path file() throws Exception {
        Path file = folder.resolve("aggregates.yaml");
        Files.writeString(file, FILE);
        return file;
    }

    private static List<String> differences(Oracle oracle, StoreConfig store, List<Aggregate> aggregates)
            throws Exception {
        List<String> differences = new ArrayList<>();
        for (Aggregate each : aggregates) {
            if (each.windows() != null) {
                differences.addAll(oracle.ownWindowDifferences(store, each, requireNonNull(each.windows())));
            }
        }
        return differences;
    }

    private static void assertAudited(StoreConfig store, List<Aggregate> aggregates) {
        AuditGroups audited = new AuditQueries(store).read(10).windows().groups();
        assertThat(audited.tables()).isEqualTo(aggregates.size());
        assertThat(audited.differences()).isEmpty();
    }

    private InProcess run(Path log, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "run",
                log.toString(),
                "--data=" + folder.resolve("data"),
                "--host=" + Pipeline.HOST,
                "--sessions=none",
                "--aggregates=" + file()));
        words.addAll(List.of(options));
        return InProcess.tidemark(words.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "semicomplete, COMBINED",
        "wordpress-2016, COMBINED",
        "thirteen-years, COMBINED",
        "farm-nginx, COMBINED",
        "farm-vhost, VHOST",
        "farm-common, COMMON"
    })
    void everyWindowOfARealLogIsExact(String name, Oracle.Format format) throws Exception {
        Path log = TestData.require("logs/" + name + ".log.gz");

        InProcess run = run(log);

        assertThat(run.exitCode()).as(run.err()).isZero();
        try (DatabaseOnly database = DatabaseOnly.start(folder.resolve("data"));
                Oracle oracle = new Oracle(folder)) {
            oracle.add(format, Pipeline.HOST, log);
            List<Aggregate> aggregates = AggregatesFile.choose(file().toString());
            assertThat(differences(oracle, database.store(), aggregates)).isEmpty();
            assertThat(oracle.windowDifferences(database.store(), Duration.ofMinutes(5)))
                    .isEmpty();
            assertAudited(database.store(), aggregates);
        }
    }

    /** The second run begins in the middle of windows, which the first has written. */
    @Test
    void aRunAfterAnotherMakesWindowsWhole() throws Exception {
        Path log = TestData.require("logs/farm-nginx.log.gz");
        Path other = TestData.require("logs/semicomplete.log.gz");

        for (Path each : List.of(log, other, log)) {
            InProcess run = run(each);
            assertThat(run.exitCode()).as(run.err()).isZero();
        }

        try (DatabaseOnly database = DatabaseOnly.start(folder.resolve("data"));
                Oracle oracle = new Oracle(folder)) {
            oracle.add(Oracle.Format.COMBINED, Pipeline.HOST, log, other, log);
            List<Aggregate> aggregates = AggregatesFile.choose(file().toString());
            assertThat(differences(oracle, database.store(), aggregates)).isEmpty();
            assertAudited(database.store(), aggregates);
        }
    }

    @Test
    void anEntryThatDoesNotFitIsNamedBeforeAnythingStarts() throws Exception {
        Path log = TestData.require("logs/farm-common.log.gz");

        InProcess run = run(log, "--window=10m");

        assertThat(run.exitCode()).isNotZero();
        assertThat(run.err())
                .contains(
                        "table \"moving_hour\": window {hop: {size: 1h, every: 5m}}: 5m is no multiple of --window 10m")
                .doesNotContain("Up after");
    }

    /** Late hits revise and correct all windows that hold them, also those that a job was counting when its state was lost. */
    @Test
    void whatIsWeeksLateEndsUpInEveryWindow() throws Exception {
        Path log = TestData.require("logs/farm-nginx.log.gz");
        Path other = TestData.require("logs/semicomplete.log.gz");
        List<Aggregate> aggregates = AggregatesFile.choose(file().toString());
        JobOptions options = JobOptions.defaults(2).withAggregates(aggregates);
        try (Pipeline pipeline = Pipeline.start(folder.resolve("data"));
                Oracle oracle = new Oracle(folder)) {
            oracle.add(Oracle.Format.COMBINED, Pipeline.HOST, log);
            pipeline.submit(JobKind.ENRICH, JobOptions.defaults(2));
            var first = pipeline.submit(JobKind.AGGREGATE, options);

            pipeline.importLogs(log);
            pipeline.awaitStored(oracle.events());
            pipeline.awaitCheckpoints(first);
            pipeline.cancel(first);
            pipeline.submit(JobKind.AGGREGATE, options.withFrom(new StartFrom.Committed()));
            oracle.add(Oracle.Format.COMBINED, Pipeline.HOST, other);
            pipeline.importLogs(other);
            pipeline.awaitStored(oracle.events());
            pipeline.moveTimeTo(LATER);
            pipeline.awaitCounted();

            Pipeline.await(
                    "every window to be whole",
                    () -> differences(oracle, pipeline.store(), aggregates).isEmpty());
            assertThat(pipeline.number("select count(*) from moving_hour where revision > 0"))
                    .isPositive();
        }
    }
}
