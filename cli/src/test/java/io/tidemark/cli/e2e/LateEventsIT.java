package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.testkit.TestData;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LateEventsIT {
    /** After the log's last event. */
    private static final Instant LATER = Instant.parse("2026-02-01T00:00:00Z");

    @TempDir
    Path folder;

    @Test
    void eventsThatAreWeeksLateEndUpCountedAndInTheirSessions() throws Exception {
        Path log = TestData.require("logs/farm-nginx.log.gz");
        try (Pipeline pipeline = Pipeline.start(folder.resolve("data"));
                Oracle oracle = new Oracle(folder)) {
            oracle.add(Oracle.Format.COMBINED, Pipeline.HOST, log);
            pipeline.submit(JobKind.ENRICH, JobOptions.defaults(2));
            pipeline.submit(JobKind.AGGREGATE, JobOptions.defaults(2));
            pipeline.submit(JobKind.SESSION, JobOptions.defaults(2));

            pipeline.importLogs(log);
            pipeline.awaitStored(oracle.events());
            pipeline.moveTimeTo(LATER);
            pipeline.awaitCounted();
            pipeline.awaitSessions();

            assertThat(oracle.sessionDifferences(pipeline.store(), Duration.ofMinutes(5)))
                    .isEmpty();
            assertThat(oracle.differences(pipeline.store(), Duration.ofMinutes(5)))
                    .isEmpty();
            assertThat(pipeline.number("select count(*) from processed_events_aggregated where revision > 0"))
                    .isPositive();
        }
    }
}
