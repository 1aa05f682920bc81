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

class RealLogsIT {
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static final Duration GAP = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "semicomplete, COMBINED, 10000, 1",
        "wordpress-2016, COMBINED, 206860, 0",
        "thirteen-years, COMBINED, 105177, 0",
        "farm-nginx, COMBINED, 21641, 0",
        "farm-vhost, VHOST, 1602, 0",
        "farm-common, COMMON, 940, 0"
    })
    void everyParseableLineIsStoredAndCountedOnce(String name, Oracle.Format format, long lines, long unparseable)
            throws Exception {
        Path log = TestData.require("logs/" + name + ".log.gz");
        Path data = folder.resolve("data");

        InProcess run = InProcess.tidemark("run", log.toString(), "--data", data.toString(), "--host", Pipeline.HOST);

        assertThat(run.exitCode()).as(run.err()).isZero();
        try (DatabaseOnly database = DatabaseOnly.start(data);
                Oracle oracle = new Oracle(folder)) {
            oracle.add(format, Pipeline.HOST, log);
            assertThat(oracle.lines()).isEqualTo(lines);
            assertThat(oracle.unparseable()).isEqualTo(unparseable);
            assertThat(oracle.differences(database.store(), WINDOW)).isEmpty();
            assertThat(oracle.sessionDifferences(database.store(), GAP)).isEmpty();
            assertThat(run.out())
                    .containsPattern("(?m)^Lines read +%,d$".formatted(lines))
                    .containsPattern("(?m)^  not parseable +%,d$".formatted(unparseable))
                    .containsPattern("(?m)^  stored +%,d$".formatted(lines - unparseable))
                    .containsPattern("(?m)^  rejected +0$")
                    .containsPattern("(?m)^Windows of 5m +%,d$".formatted(oracle.windows(WINDOW)))
                    .containsPattern("(?m)^  page views counted +%,d$".formatted(lines - unparseable))
                    .containsPattern(
                            "(?m)^Sessions by host, their page views on average, .*\\R +[0-9,]+  [^ ]+  [0-9.]+"
                                    + " page views  [0-9]+ % bounces$");
        }
    }
}
