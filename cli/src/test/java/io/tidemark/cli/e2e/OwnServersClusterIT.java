package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.ProgramRun;
import io.tidemark.cli.cluster.ClusterFile;
import io.tidemark.cli.cluster.ProcessInfo;
import io.tidemark.cli.cluster.ProcessState;
import io.tidemark.cli.cluster.Role;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.SecuredServers;
import io.tidemark.testkit.TestCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tidemark cluster} with a Kafka and a PostgreSQL of the user's own, both secured. */
class OwnServersClusterIT {
    private static final String PASSWORD = "open-sesame-4711";

    @TempDir
    Path folder;

    private Path data = Path.of("");
    private SecuredServers secured;
    private String config = "";

    @BeforeEach
    void startServers() throws Exception {
        data = folder.resolve("data");
        TestCertificate certificate = TestCertificate.make(folder, PASSWORD);
        secured = SecuredServers.start(folder.resolve("servers"), certificate, PASSWORD);
        config = SecuredServers.write(folder, secured.settings(folder, PASSWORD, PASSWORD))
                .toString();
    }

    @AfterEach
    void stopServers() {
        InProcess.tidemark("cluster", "stop", "--data", data.toString());
        secured.close();
    }

    @Test
    void flinkAloneIsStartedAndItsJobsGoOnWithTheSameServersAfterAFailure() throws Exception {
        ProgramRun start = ProgramRun.tidemark(
                folder, words("cluster", "start", "--task-managers", "1", "--slots", "4", "--partitions", "2"));
        assertThat(start.exitCode()).as(start.err()).isZero();
        assertThat(start.err()).contains("Made web-events, process_events_kafka, web-events-rejected in Kafka");
        assertThat(start.out()).contains(secured.bootstrap() + " (yours)", "sslmode=verify-full");
        assertThat(processes())
                .extracting(ProcessInfo::role)
                .containsExactlyInAnyOrder(Role.JOB_MANAGER, Role.TASK_MANAGER);

        done("job", "enrich");
        importLogOf("a.example");
        awaitStored(2);
        ProcessInfo killed = jobManager();
        killed.find().orElseThrow().destroyForcibly();
        Pipeline.await(
                "another JobManager",
                () -> jobManager().pid() != killed.pid() && jobManager().state() == ProcessState.RUNNING);
        importLogOf("b.example");
        awaitStored(4);
        done("job", "aggregate", "--bounded", "--from", "earliest");
        assertThat(done("sql", "select host, num_hits from processed_events_aggregated order by host"))
                .containsSubsequence("a.example |        2", "b.example |        2");

        InProcess status = InProcess.tidemark("cluster", "status", "--data", data.toString());
        assertThat(status.out())
                .containsPattern("job-manager +\\d+ +\\d+ running +1 ")
                .contains("kafka            yours: " + secured.bootstrap())
                .contains("postgres         yours: postgresql:")
                .containsPattern("job enrich +[0-9a-f]{32} running");
        assertThat(status.exitCode()).isZero();

        assertThat(InProcess.tidemark("cluster", "stop", "--data", data.toString())
                        .exitCode())
                .isZero();
        assertThat(data.resolve("kafka")).doesNotExist();
        assertThat(data.resolve("postgres")).doesNotExist();
        // Stopped is what the cluster started, and nothing else.
        assertThat(done("sql", "select count(*) from processed_events")).contains(" 4");
        assertThat(Files.readString(data.resolve("logs/task-manager-0.log"), StandardCharsets.ISO_8859_1))
                .contains("sasl.jaas.config = [hidden]");
        for (Path file : logs()) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(PASSWORD);
        }
    }

    private void importLogOf(String host) throws IOException {
        Path log = Files.writeString(folder.resolve(host + ".log"), """
                192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1
                192.0.2.2 - - [10/Oct/2000:13:55:37 -0700] "GET /a HTTP/1.0" 200 1
                no access log line
                """);
        done("import", log.toString(), "--host", host);
    }

    private void awaitStored(int events) throws Exception {
        Pipeline.await(
                events + " stored events",
                () -> done("sql", "select count(*) from processed_events").contains(" " + events));
    }

    private ProcessInfo jobManager() {
        return processes().stream()
                .filter(process -> process.role() == Role.JOB_MANAGER)
                .findFirst()
                .orElseThrow();
    }

    private List<ProcessInfo> processes() {
        return ClusterFile.read(new Layout(data)).orElseThrow().processes();
    }

    private List<Path> logs() throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("logs"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private String done(String... command) {
        InProcess run = InProcess.tidemark(words(command));
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        return run.out() + run.err();
    }

    private String[] words(String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--config", config, "--data", data.toString()));
        return words.toArray(String[]::new);
    }
}
