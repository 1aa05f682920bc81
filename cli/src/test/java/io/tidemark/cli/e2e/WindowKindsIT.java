package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.embedded.DatabaseOnly;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.store.SqlQuery;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.testkit.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WindowKindsIT {
    /** In the log {@code farm-common}. */
    private static final long EVENTS = 940;

    @TempDir
    Path folder;

    @Test
    void windowsOfAMinuteAreCounted() throws Exception {
        Path log = TestData.require("logs/semicomplete.log.gz");

        assertThat(run(log, "--window=1m").exitCode()).isZero();

        try (DatabaseOnly database = DatabaseOnly.start(data());
                Oracle oracle = new Oracle(folder)) {
            oracle.add(Oracle.Format.COMBINED, Pipeline.HOST, log);
            assertThat(oracle.differences(database.store(), Duration.ofMinutes(1)))
                    .isEmpty();
        }
    }

    @Test
    void windowsOfAnHourAreCountedAndNeverMixedWithOthers() throws Exception {
        Path log = TestData.require("logs/farm-common.log.gz");
        assertThat(run(log, "--window=1h").exitCode()).isZero();

        InProcess otherSize = run(log, "--window=1m");
        InProcess otherTime = run(log, "--window=1h", "--time=processing");

        assertThat(otherSize.exitCode()).isEqualTo(1);
        assertThat(otherSize.err()).contains("holds 1h windows", "--window 1m", "truncate");
        assertThat(otherTime.exitCode()).isEqualTo(1);
        assertThat(otherTime.err()).contains("holds windows of event time", "--time processing");
        assertThat(run(log, "--window=1h").exitCode()).isZero();
        try (DatabaseOnly database = DatabaseOnly.start(data());
                Oracle oracle = new Oracle(folder)) {
            oracle.add(Oracle.Format.COMMON, Pipeline.HOST, log, log);
            assertThat(oracle.differences(database.store(), Duration.ofHours(1)))
                    .isEmpty();
        }
    }

    @Test
    void aRunByProcessingTimeCountsEveryEventWhenItIsRead() throws Exception {
        Path log = TestData.require("logs/farm-common.log.gz");
        Instant before = Instant.now();

        assertThat(run(log, "--window=1m", "--time=processing").exitCode()).isZero();

        try (DatabaseOnly database = DatabaseOnly.start(data())) {
            assertCountedSince(before.minus(Duration.ofMinutes(1)), database.store());
        }

        InProcess again = run(log, "--window=1m", "--time=processing");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("--time processing cannot add to windows that are counted already");
        try (DatabaseOnly database = DatabaseOnly.start(data())) {
            assertCountedSince(before.minus(Duration.ofMinutes(1)), database.store());
        }
    }

    @Test
    void windowsByProcessingTimeCloseByTheClock() throws Exception {
        Path log = TestData.require("logs/farm-common.log.gz");
        try (Pipeline pipeline = Pipeline.start(data())) {
            Instant before = Instant.now();
            JobOptions options = JobOptions.defaults(2);
            Duration window = Duration.ofSeconds(2);
            pipeline.submit(JobKind.ENRICH, options);
            pipeline.submit(JobKind.AGGREGATE, options.withWindow(window).withTime(TimeCharacteristic.PROCESSING));

            pipeline.importLogs(log);
            pipeline.awaitStored(EVENTS);
            pipeline.awaitCounted();

            assertCountedSince(before.minus(window), pipeline.store());
        }
    }

    /** Both tables hold every event of the log, in windows between then and now. */
    private static void assertCountedSince(Instant earliest, StoreConfig store) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SqlQuery(store, """
                        select sum(num_hits), (select sum(num_hits) from processed_events_aggregated_source),
                            bool_and(event_hour between '%s' and '%s')
                        from processed_events_aggregated""".formatted(earliest, Instant.now())).csv(out);
        assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("\n%d,%d,t\n".formatted(EVENTS, EVENTS));
    }

    private InProcess run(Path log, String... options) {
        List<String> words =
                new ArrayList<>(List.of("run", log.toString(), "--data=" + data(), "--host=" + Pipeline.HOST));
        words.addAll(List.of(options));
        return InProcess.tidemark(words.toArray(String[]::new));
    }

    private Path data() {
        return folder.resolve("data");
    }
}
