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

class SameRowsIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"4, 1", "1, 8", "4, 8"})
    void parallelismAndPartitionsLeaveTheRowsAsTheyAre(String parallelism, String partitions) throws Exception {
        Path log = TestData.require("logs/farm-nginx.log.gz");
        Path data = folder.resolve("data");

        InProcess run = InProcess.tidemark(
                "run",
                log.toString(),
                "--data=" + data,
                "--host=" + Pipeline.HOST,
                "--parallelism=" + parallelism,
                "--partitions=" + partitions);

        assertThat(run.exitCode()).as(run.err()).isZero();
        try (DatabaseOnly database = DatabaseOnly.start(data);
                Oracle oracle = new Oracle(folder)) {
            oracle.add(Oracle.Format.COMBINED, Pipeline.HOST, log);
            assertThat(oracle.differences(database.store(), Duration.ofMinutes(5)))
                    .isEmpty();
        }
    }
}
