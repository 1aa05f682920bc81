package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher script on machines that lack something: a checkout of nothing, and a PATH of nothing but basics. */
class LauncherTest {
    private static final String JAVA_17 =
            "#!/bin/sh\necho 'openjdk version \"17.0.9\" 2023-10-17' >&2\necho \"java $*\"\n";
    private static final String MAVEN_3_8 = "#!/bin/sh\necho 'Apache Maven 3.8.7'\n";

    @TempDir
    Path folder;

    private Path programs = Path.of("");

    @BeforeEach
    void copyLauncher() throws IOException {
        programs = Files.createDirectory(folder.resolve("bin"));
        Files.copy(TestData.checkout().resolve("tidemark"), folder.resolve("tidemark"));
        Files.writeString(folder.resolve("pom.xml"), "<project/>");
        for (String basic : List.of(
                "sed",
                "head",
                "find",
                "dirname",
                "readlink",
                "mkdir",
                "cat",
                "rm",
                "tee",
                "grep",
                "mv",
                "cp",
                "tr",
                "sleep")) {
            for (String place : List.of("/bin/", "/usr/bin/")) {
                if (Files.exists(Path.of(place + basic)) && !Files.exists(programs.resolve(basic))) {
                    program(basic, "#!/bin/sh\nexec %s%s \"$@\"\n".formatted(place, basic));
                }
            }
        }
    }

    @Test
    void missingJavaIsSaidWithWhereToGetIt() throws Exception {
        ProgramRun run = launch(Map.of());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("tidemark: Java is missing").contains("openjdk-17-jdk", "brew install");
    }

    @Test
    void oldJavaIsSaidWithItsVersion() throws Exception {
        program("java", "#!/bin/sh\necho 'java version \"1.8.0_391\"' >&2\n");
        ProgramRun run = launch(Map.of());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("tidemark: Java 1.8.0_391 from ").contains("too old", "openjdk-17-jdk");
    }

    @Test
    void wrongJavaHomeIsSaidWithItsValue() throws Exception {
        ProgramRun run = launch(Map.of("JAVA_HOME", "/no/such/jdk"));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("tidemark: There is no Java in JAVA_HOME (/no/such/jdk)");
    }

    @Test
    void missingMavenIsSaidWithWhereToGetIt() throws Exception {
        program("java", JAVA_17);
        ProgramRun run = launch(Map.of());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("tidemark: Maven is missing").contains("apt-get install maven");
    }

    @Test
    void oldMavenIsSaidWithItsVersion() throws Exception {
        program("java", JAVA_17);
        program("mvn", "#!/bin/sh\necho 'Apache Maven 3.6.3'\n");
        ProgramRun run = launch(Map.of());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("tidemark: Maven 3.6.3 is too old");
    }

    @Test
    void failedBuildSaysWhereItsOutputIs() throws Exception {
        program("java", JAVA_17);
        program("mvn", MAVEN_3_8 + "[ \"$1\" = -v ] || { echo '[ERROR] it broke'; exit 1; }\n");
        ProgramRun run = launch(Map.of());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("not built yet", "[ERROR] it broke", "The build failed", "launcher-build.log");
        assertThat(folder.resolve("target/launcher-build.lock")).doesNotExist();
    }

    @Test
    void buildsOnceThenAgainOnlyAfterAChange() throws Exception {
        program("java", JAVA_17);
        program("mvn", MAVEN_3_8 + "mkdir -p cli/target/tidemark\n");
        assertThat(launch(Map.of()).err()).contains("since not built yet");
        ProgramRun second = launch(Map.of());
        assertThat(second.err()).doesNotContain("building");
        assertThat(second.out()).contains("tidemark.jar", "--help");

        Path source = folder.resolve("model/src/main/New.java");
        Files.createDirectories(folder.resolve("model/src/main"));
        Files.writeString(source, "");
        assertThat(launch(Map.of()).err()).contains("since model/src/main", "is newer than the last build");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rollup", "recompute"})
    void sparkIsBuiltForTheCommandsThatUseIt(String command) throws Exception {
        program("java", JAVA_17);
        program("mvn", MAVEN_3_8 + "echo \"$@\" >>asked; mkdir -p cli/target/tidemark rollup/target/rollup\n");
        launch(Map.of());
        assertThat(launch(Map.of(), command).err()).contains("since Spark, for the rollups, is not there yet");
        assertThat(launch(Map.of(), "demo").err()).doesNotContain("building");
        assertThat(Files.readAllLines(folder.resolve("asked")).stream().filter(each -> each.contains("package")))
                .satisfiesExactly(
                        first -> assertThat(first).contains(" -pl cli -am "),
                        second -> assertThat(second).contains(" -pl cli,rollup -am "));
    }

    private ProgramRun launch(Map<String, String> more) throws IOException, InterruptedException {
        return launch(more, "--help");
    }

    private ProgramRun launch(Map<String, String> more, String word) throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(Map.of("PATH", programs.toString(), "JAVA_HOME", ""));
        environment.putAll(more);
        List<String> command =
                new ArrayList<>(List.of("/bin/bash", folder.resolve("tidemark").toString(), word));
        return ProgramRun.of(folder, environment, command);
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(programs.resolve(name), script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
