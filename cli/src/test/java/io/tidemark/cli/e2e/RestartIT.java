package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.testkit.TestData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All jobs run without end; the log comes in three parts, and the end comes between a checkpoint and the next. */
class RestartIT {
    /** After the log's last event. */
    private static final Instant LATER = Instant.parse("2015-05-21T00:00:00Z");

    @TempDir
    Path folder;

    @Test
    void aStopInTheMiddleLeavesTheSameRowsAsNone() throws Exception {
        try (Pipeline pipeline = Pipeline.start(folder.resolve("data"))) {
            beginUntilTheSecondThird(pipeline);
        }
        endAndCompare();
    }

    @Test
    void aKillInTheMiddleLeavesTheSameRowsAsNone() throws Exception {
        try (Pipeline pipeline = Pipeline.startToBeKilled(folder.resolve("data"))) {
            beginUntilTheSecondThird(pipeline);
        }
        endAndCompare();
    }

    private void beginUntilTheSecondThird(Pipeline pipeline) throws Exception {
        Submitted enrich = pipeline.submit(JobKind.ENRICH, JobOptions.defaults(2));
        Submitted aggregate = pipeline.submit(JobKind.AGGREGATE, JobOptions.defaults(2));
        Submitted session = pipeline.submit(JobKind.SESSION, JobOptions.defaults(2));
        long sent = pipeline.importLogs(third(0)).sent();
        pipeline.awaitStored(sent);
        pipeline.awaitCheckpoints(enrich, aggregate, session);
        sent += pipeline.importLogs(third(1)).sent();
        pipeline.awaitStored(sent);
    }

    private void endAndCompare() throws Exception {
        try (Pipeline pipeline = Pipeline.start(folder.resolve("data"));
                Oracle oracle = new Oracle(folder)) {
            oracle.add(Oracle.Format.COMBINED, Pipeline.HOST, log());
            assertThat(pipeline.resume()).extracting(Submitted::kind).containsExactly(JobKind.values());

            pipeline.importLogs(third(2));
            pipeline.awaitStored(oracle.events());
            pipeline.moveTimeTo(LATER);
            pipeline.awaitCounted();
            pipeline.awaitSessions();

            assertThat(oracle.sessionDifferences(pipeline.store(), Duration.ofMinutes(5)))
                    .isEmpty();
            assertThat(oracle.differences(pipeline.store(), Duration.ofMinutes(5)))
                    .isEmpty();
        }
    }

    private static Path log() {
        return TestData.require("logs/semicomplete.log.gz");
    }

    private Path third(int number) throws IOException {
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(log())), StandardCharsets.UTF_8))) {
            reader.lines().forEach(lines::add);
        }
        int size = lines.size();
        return Files.write(
                folder.resolve("third-" + number + ".log"), lines.subList(size * number / 3, size * (number + 1) / 3));
    }
}
