package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.embedded.DatabaseOnly;
import io.tidemark.testkit.TestData;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollupsIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"semicomplete, COMBINED", "farm-vhost, VHOST"})
    void hoursDaysAndMonthsAreThoseOfTheLog(String name, Oracle.Format format) throws Exception {
        Path log = TestData.require("logs/" + name + ".log.gz");
        Path data = folder.resolve("data");
        InProcess run = InProcess.tidemark("run", log.toString(), "--data", data.toString(), "--host", Pipeline.HOST);
        assertThat(run.exitCode()).as(run.err()).isZero();

        InProcess rollup = InProcess.tidemark("rollup", "--data", data.toString());

        assertThat(rollup.exitCode()).as(rollup.err()).isZero();
        try (DatabaseOnly database = DatabaseOnly.start(data);
                Oracle oracle = new Oracle(folder)) {
            oracle.add(format, Pipeline.HOST, log);
            assertThat(oracle.rollupDifferences(database.store(), Duration.ofMinutes(5)))
                    .isEmpty();
        }
    }
}
