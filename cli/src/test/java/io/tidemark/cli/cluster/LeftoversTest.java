package io.tidemark.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.embedded.FolderLock;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.cli.embedded.StackFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What other commands make of a folder that a cluster has, or had until its supervisor was killed. */
@Timeout(60)
class LeftoversTest {
    private static final ProcessHandle SELF = ProcessHandle.current();
    private static final ProcessInfo LIVING = process(ProcessInfo.startOf(SELF).toEpochMilli());
    private static final ProcessInfo DEAD = process(1);

    @TempDir
    Path folder;

    private Layout layout = new Layout(Path.of(""));

    @BeforeEach
    void makeTheFolder() throws Exception {
        layout = new Layout(Files.createDirectory(folder.resolve("data")));
    }

    @Test
    void whereItsProcessesLiveNothingElseStarts() throws Exception {
        left(LIVING);
        String log = Files.writeString(folder.resolve("access.log"), "x\n").toString();
        for (List<String> words : List.of(List.of("up"), List.of("run", log), List.of("sql", "select 1"))) {
            InProcess run = tidemark(words);
            assertThat(run.exitCode()).as(words.toString()).isEqualTo(1);
            assertThat(run.err())
                    .isEqualTo(
                            "tidemark: On %1$s run processes of a cluster, left by a supervisor that was killed; end them with 'tidemark cluster stop --data %1$s'%n"
                                    .formatted(layout.data()));
        }
        assertThat(layout.data()).isDirectoryNotContaining(path -> !path.equals(layout.clusterFile()));
    }

    @Test
    void whereTheyHaveEndedTooTheFolderIsAsAnyOther() throws Exception {
        left(DEAD);
        assertThat(tidemark(List.of("sql", "select 1")).err()).startsWith("tidemark: There are no results in ");
    }

    @Test
    void whereTheSupervisorLivesItIsSaidHowToStopTheCluster() throws Exception {
        ClusterFile.of(List.of(LIVING)).write(layout);
        Cluster.requireNothingLeft(layout.data());
        try (FolderLock ours = FolderLock.take(layout)) {
            assertThat(ours).isNotNull();
            assertThatThrownBy(() -> FolderLock.take(layout))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining("'tidemark cluster stop --data " + layout.data() + "'");
            Files.delete(layout.clusterFile());
            assertThatThrownBy(() -> FolderLock.take(layout))
                    .hasMessageContaining("'tidemark down --data " + layout.data() + "'");
        }
    }

    @Test
    void itsStatusNamesTheFlinkThatDoesNotAnswer() throws Exception {
        left(LIVING);
        StackFile.write(
                layout.stackFile(),
                StackAddresses.ofOwnServers(
                        1, "k:1", "jdbc:postgresql:x", "u", folder.resolve("password"), "127.0.0.1:1", "now"));
        assertThat(tidemark(List.of("cluster", "status")).out())
                .endsWith("Flink at 127.0.0.1:1 does not answer; is it running?%n".formatted());
    }

    /** As it is after a kill of the supervisor, whose number some other process has now. */
    private void left(ProcessInfo process) throws Exception {
        new ClusterFile(SELF.pid(), 1, List.of(process)).write(layout);
    }

    private InProcess tidemark(List<String> words) {
        return InProcess.tidemark(
                Stream.concat(words.stream(), Stream.of("--data", layout.data().toString()))
                        .toArray(String[]::new));
    }

    private static ProcessInfo process(long startedAtMillis) {
        return new ProcessInfo(Role.KAFKA, 0, SELF.pid(), startedAtMillis, 9092, ProcessState.RUNNING, 0);
    }
}
