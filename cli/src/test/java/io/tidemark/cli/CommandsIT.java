package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.embedded.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsIT {
    private static final String NULLS = "select 1 as a, null::text as b, '' as c";

    @TempDir
    Path folder;

    @Test
    void upImportSqlAndDownWorkTogether() throws Exception {
        String data = folder.resolve("data with blanks").toString();
        Path log = Files.writeString(folder.resolve("access.log"), """
                192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1
                no access log line
                """);
        Path rejects = folder.resolve("rejects");

        assertThat(ProgramRun.tidemark(folder, "up", "--detach", "--data", data))
                .satisfies(up -> {
                    assertThat(up.exitCode()).isZero();
                    assertThat(up.err()).isEmpty();
                    assertThat(up.out()).contains("Kafka", "PostgreSQL", "Flink");
                });
        try {
            ProgramRun second = ProgramRun.tidemark(folder, "up", "--data", data);
            assertThat(second.exitCode()).isEqualTo(Main.FAILED);
            assertThat(second.err().lines()).singleElement().asString().contains("is in use by process");

            ProgramRun imported = ProgramRun.tidemark(
                    folder,
                    "import",
                    log.toString(),
                    "--host",
                    "a.example",
                    "--data",
                    data,
                    "--rejects",
                    rejects.toString());
            assertThat(imported.exitCode()).isZero();
            assertThat(imported.out()).contains("Sent 1 of 2 lines to web-events", "1 could not be parsed");
            assertThat(imported.err()).contains("access.log:2: ");
            assertThat(rejects).hasContent("no access log line\n");

            assertThat(ProgramRun.tidemark(folder, "sql", "--csv", "--data", data, NULLS)
                            .out())
                    .isEqualTo("a,b,c\n1,,\"\"\n");
        } finally {
            assertThat(ProgramRun.tidemark(folder, "down", "--data", data).out())
                    .startsWith("Stopped process");
        }
        assertThat(Stack.running(Path.of(data))).isEmpty();

        ProgramRun stopped =
                ProgramRun.tidemark(folder, "sql", "--data", data, "select count(*) from processed_events_aggregated");
        assertThat(stopped.exitCode()).isZero();
        assertThat(stopped.out()).contains("count", "(1 row)");
        assertThat(stopped.err()).isEmpty();
        assertThat(Path.of(data, "postgres/cluster/postmaster.pid")).doesNotExist();
    }
}
