package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.cluster.FlinkProcesses;
import io.tidemark.cli.embedded.SecuredServers;
import io.tidemark.testkit.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All three servers the user's own, two of them secured, and nothing of Tidemark's up. */
class SecuredSessionClusterIT {
    private static final String PASSWORD = "open-sesame-4711";

    @Test
    void theJobsRunWithSecuredServersAndTheClusterShowsNoPassword(@TempDir Path folder) throws Exception {
        Path log = Files.writeString(folder.resolve("access.log"), """
                192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1
                192.0.2.2 - - [10/Oct/2000:13:55:37 -0700] "GET /a HTTP/1.0" 200 1
                no access log line
                """);
        TestCertificate certificate = TestCertificate.make(folder, PASSWORD);
        try (SecuredServers secured = SecuredServers.start(folder.resolve("servers"), certificate, PASSWORD);
                FlinkProcesses flink = FlinkProcesses.start(folder.resolve("flink"))) {
            String config = SecuredServers.write(folder, secured.settings(folder, PASSWORD, PASSWORD))
                    .toString();
            assertThat(done("import", log.toString(), "--host", "a.example", "--config", config, "--partitions", "2"))
                    .contains("Made web-events, process_events_kafka, web-events-rejected in Kafka at");
            for (String job : List.of("enrich", "aggregate")) {
                assertThat(done(
                                "job",
                                job,
                                "--config",
                                config,
                                "--flink",
                                flink.rest(),
                                "--bounded",
                                "--from",
                                "earliest"))
                        .contains("runs as");
            }
            assertThat(done("sql", "--config", config, "select host, num_hits from processed_events_aggregated"))
                    .contains("a.example |        2");
            for (Path process : flink.logs()) {
                assertThat(Files.readString(process, StandardCharsets.ISO_8859_1))
                        .contains("sasl.jaas.config = [hidden]")
                        .doesNotContain(PASSWORD);
            }
        }
    }

    private static String done(String... words) {
        InProcess run = InProcess.tidemark(words);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out() + run.err();
    }
}
