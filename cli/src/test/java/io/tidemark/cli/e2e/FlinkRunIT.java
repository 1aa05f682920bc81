package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.ProgramRun;
import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.cluster.ClusterConfig;
import io.tidemark.cli.cluster.ClusterConfig.TaskManagers;
import io.tidemark.cli.cluster.FlinkProcesses;
import io.tidemark.cli.cluster.ProcessInfo;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.jobs.Distribution;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job jar by {@code flink run}, with nothing of Tidemark on Flink's side. */
class FlinkRunIT {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final String ENRICH = "io.tidemark.stream.enrich.EnrichMain";
    private static final String AGGREGATE = "io.tidemark.stream.aggregate.AggregateMain";
    private static final String SESSION = "io.tidemark.stream.session.SessionMain";

    @TempDir
    Path folder;

    @Test
    void theJobJarRunsByFlinkRun() throws Exception {
        Path data = folder.resolve("data");
        List<ProcessInfo> processes;
        try (Cluster cluster = Cluster.start(ClusterConfig.at(data, new TaskManagers(1, 4)))) {
            processes = cluster.processes();
            StackAddresses addresses = cluster.addresses();
            String[] servers = {
                "--kafka",
                addresses.bootstrap(),
                "--postgres",
                addresses.jdbcUrl().replaceFirst("jdbc:", ""),
                "--postgres-password-file",
                String.valueOf(addresses.postgresPasswordFile())
            };
            Pipeline pipeline = Pipeline.on(data);
            pipeline.sendEvents(100, NOON);

            ProgramRun wrong = flinkRun(data, List.of("-c", ENRICH), "--kafka", "x:1", "--postgrs", "y");
            assertThat(wrong.exitCode()).isEqualTo(1);
            assertThat(wrong.err()).startsWith("tidemark: no such option: --postgrs; there are: --bounded, ");

            ProgramRun enrich = flinkRun(data, List.of("-d", "-p", "2", "-c", ENRICH), servers);
            assertThat(enrich.exitCode()).as(enrich.err()).isZero();
            pipeline.awaitStored(100);
            InProcess stopped = InProcess.tidemark(
                    "job", "stop", "enrich", "--flink", addresses.flink(), "--data", data.toString());
            assertThat(stopped.exitCode()).as(stopped.err()).isZero();
            String savepoint = stopped.out()
                    .lines()
                    .filter(line -> line.contains("savepoint  "))
                    .map(line -> line.replaceFirst(".*savepoint +", ""))
                    .findFirst()
                    .orElseThrow();

            pipeline.sendEvents(100, NOON.plusSeconds(100));
            ProgramRun resumed = flinkRun(data, List.of("-d", "-s", savepoint, "-c", ENRICH), servers);
            assertThat(resumed.exitCode()).as(resumed.err()).isZero();
            pipeline.awaitStored(200);
            List<String> bounded = new ArrayList<>(List.of(servers));
            bounded.addAll(List.of("--from=earliest", "--bounded", "--window=1m"));
            ProgramRun aggregate = flinkRun(data, List.of("-c", AGGREGATE), bounded.toArray(String[]::new));
            assertThat(aggregate.exitCode()).as(aggregate.err()).isZero();
            pipeline.awaitCounted();
            assertThat(pipeline.number("select sum(num_hits) from processed_events_aggregated"))
                    .isEqualTo(200);

            List<String> toTheEnd = new ArrayList<>(List.of(servers));
            toTheEnd.addAll(List.of("--from=earliest", "--bounded", "--gap=1m", "--sessions=ip"));
            ProgramRun session = flinkRun(data, List.of("-c", SESSION), toTheEnd.toArray(String[]::new));
            assertThat(session.exitCode()).as(session.err()).isZero();
            assertThat(pipeline.csv("select gap_ms, by, watermark_ms from session_settings, session_progress"))
                    .element(1)
                    .isEqualTo("60000,ip," + Long.MAX_VALUE);
        }
        assertThat(processes).hasSize(4).allMatch(process -> process.find().isEmpty());
        assertThat(data.resolve("cluster.json")).doesNotExist();
    }

    private ProgramRun flinkRun(Path data, List<String> flinkOptions, String... options) throws Exception {
        String classPath =
                FlinkProcesses.classPath().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String opened : List.of("java.lang", "java.util", "java.net")) {
            command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        Path noLog = Files.writeString(folder.resolve("log4j2.properties"), "rootLogger.level = off\n");
        command.addAll(
                List.of("-Dlog4j2.configurationFile=" + noLog, "org.apache.flink.client.cli.CliFrontend", "run"));
        command.addAll(flinkOptions);
        command.add(Distribution.jobJar().toString());
        command.addAll(List.of(options));
        return ProgramRun.of(
                folder,
                Map.of(
                        "CLASSPATH",
                        classPath,
                        "FLINK_CONF_DIR",
                        data.resolve("cluster").toString()),
                command);
    }
}
