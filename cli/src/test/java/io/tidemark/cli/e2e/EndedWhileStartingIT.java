package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.ProgramRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command that is asked to end before it is up leaves nothing running, though PostgreSQL runs already. */
class EndedWhileStartingIT {
    private static final int SIGTERM_CODE = 128 + 15;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"demo", "run access.log", "up --data data", "cluster start --foreground --data data"})
    void leavesNothingRunning(String words) throws Exception {
        Files.writeString(folder.resolve("access.log"), "no access log line\n");
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Path output = folder.resolve("output");
        List<String> command = ProgramRun.command(words.split(" ", -1));
        command.add(1, "-Djava.io.tmpdir=" + temporary);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TIDEMARK_"));
        Process process = builder.start();
        try {
            Pipeline.await("PostgreSQL", () -> hasPostgres(temporary) || !process.isAlive());
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(output)).doesNotContain("p after", "tidemark: ");
            assertThat(process.exitValue()).isEqualTo(SIGTERM_CODE);
            assertThat(Living.on(folder)).isEmpty();
            assertThat(temporary).isDirectoryNotContaining("glob:**/tidemark-*");
            assertThat(folder.resolve("data/postgres/cluster/postmaster.pid")).doesNotExist();
        } finally {
            process.destroyForcibly();
            Living.on(folder).forEach(ProcessHandle::destroyForcibly);
        }
    }

    private boolean hasPostgres(Path temporary) throws IOException {
        try (Stream<Path> folders = Files.list(temporary)) {
            return Stream.concat(folders, Stream.of(folder.resolve("data")))
                    .anyMatch(data -> Files.exists(data.resolve("postgres/cluster/postmaster.pid")));
        }
    }
}
