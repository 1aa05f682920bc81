package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.ProgramRun;
import io.tidemark.cli.cluster.ClusterFile;
import io.tidemark.cli.cluster.ProcessInfo;
import io.tidemark.cli.cluster.ProcessState;
import io.tidemark.cli.cluster.Role;
import io.tidemark.cli.embedded.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tidemark cluster} as its users have it, with the supervisor in a process of its own. */
class ClusterIT {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant LATER = Instant.parse("2026-03-02T12:00:00Z");
    private static final int EVENTS = 200;

    @TempDir
    Path folder;

    private Path data = Path.of("");

    @BeforeEach
    void start() throws Exception {
        data = folder.resolve("data with blanks");
        ProgramRun start = ProgramRun.tidemark(
                folder, "cluster", "start", "--data", data.toString(), "--task-managers", "2", "--slots", "2");
        assertThat(start.exitCode()).as(start.err()).isZero();
        assertThat(start.out()).contains("Up after", "supervisor: process", "Kafka", "PostgreSQL", "Flink");
    }

    @AfterEach
    void stop() {
        tidemark("cluster", "stop");
    }

    @Test
    void whateverIsKilledComesBackByItselfAndEveryEventIsCountedOnce() throws Exception {
        assertThat(tidemark("cluster", "start").out()).startsWith("Up already");
        Pipeline pipeline = Pipeline.on(data);
        for (String job : List.of("enrich", "aggregate")) {
            InProcess submitted = tidemark("job", job, "--parallelism", "2");
            assertThat(submitted.exitCode()).as(submitted.err()).isZero();
        }
        long sent = 0;
        for (Role role : List.of(Role.TASK_MANAGER, Role.KAFKA, Role.POSTGRES, Role.JOB_MANAGER)) {
            pipeline.sendEvents(EVENTS, NOON.plusSeconds(sent));
            sent += EVENTS;
            pipeline.awaitStored(sent);
            kill(role);
        }
        pipeline.sendEvents(EVENTS, NOON.plusSeconds(sent));
        sent += EVENTS;
        pipeline.awaitStored(sent);
        pipeline.moveTimeTo(LATER);
        pipeline.awaitCounted();

        assertThat(pipeline.csv("""
                        select count(*), count(distinct (source_partition, source_offset)),
                            (select sum(num_hits) from processed_events_aggregated where host = 'example.test'),
                            (select sum(num_hits) from processed_events_aggregated_source where host = 'example.test')
                        from processed_events where host = 'example.test'""")).element(1).isEqualTo("%1$d,%1$d,%1$d,%1$d".formatted(sent));
        Pipeline.await("all to be well", () -> tidemark("cluster", "status").exitCode() == 0);
        assertThat(tidemark("cluster", "status").out())
                .containsPattern("kafka +\\d+ +\\d+ running +1 ")
                .containsPattern("task-manager-1 +\\d+ +- running +0 ")
                .containsPattern("job aggregate +[0-9a-f]{32} running");
        assertThat(Files.readString(data.resolve("logs/cluster.log"))).contains("job-manager (process ", "at once");

        InProcess stop = tidemark("cluster", "stop");
        assertThat(stop.out()).startsWith("Stopped the cluster on ");
        assertNothingIsLeft();
    }

    @Test
    void whatAKilledSupervisorHasLeftIsStopped() throws Exception {
        ClusterFile file = ClusterFile.read(new Layout(data)).orElseThrow();
        file.findSupervisor().orElseThrow().destroyForcibly();
        Pipeline.await("the supervisor to be gone", () -> file.findSupervisor().isEmpty());
        assertThat(tidemark("cluster", "status").exitCode()).isEqualTo(1);
        assertThat(tidemark("cluster", "status").out()).containsPattern("supervisor +\\d+ +- dead");
        assertThat(tidemark("sql", "select 1").err()).contains("'tidemark cluster stop --data ");
        assertThat(living(file.processes())).hasSize(5);

        assertThat(tidemark("cluster", "stop").out()).startsWith("Ended 5 processes that a killed supervisor had left");
        assertThat(living(file.processes())).isEmpty();
        assertNothingIsLeft();
        assertThat(tidemark("cluster", "stop").out()).startsWith("No cluster runs on ");
    }

    private void assertNothingIsLeft() throws IOException {
        assertThat(data.resolve("stack.json")).doesNotExist();
        assertThat(data.resolve("cluster.json")).doesNotExist();
        assertThat(data.resolve("postgres/cluster/postmaster.pid")).doesNotExist();
        assertThat(Living.on(data)).isEmpty();
    }

    private static List<ProcessInfo> living(List<ProcessInfo> processes) {
        return processes.stream().filter(process -> process.find().isPresent()).toList();
    }

    /** Kills the first process of that role, and waits until another answers in its place. */
    private void kill(Role role) throws Exception {
        ProcessInfo killed = first(role).orElseThrow();
        killed.find().orElseThrow().destroyForcibly();
        Pipeline.await(
                "another " + killed.name(),
                () -> first(role)
                        .filter(process -> process.pid() != killed.pid() && process.state() == ProcessState.RUNNING)
                        .isPresent());
    }

    private Optional<ProcessInfo> first(Role role) {
        return ClusterFile.read(new Layout(data)).orElseThrow().processes().stream()
                .filter(process -> process.role() == role)
                .findFirst();
    }

    private InProcess tidemark(String... words) {
        String[] all = new String[words.length + 2];
        System.arraycopy(words, 0, all, 0, words.length);
        all[words.length] = "--data";
        all[words.length + 1] = data.toString();
        return InProcess.tidemark(all);
    }
}
