package io.tidemark.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobRegistryTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final RegisteredJob ENRICH =
            new RegisteredJob("enrich", ID, List.of("enrich", "--parallelism", "2"), null);

    @TempDir
    Path data;

    private JobRegistry registry = new JobRegistry(Path.of(""));

    @BeforeEach
    void openRegistry() {
        registry = new JobRegistry(data);
    }

    @Test
    void newFolderHasNoJobs() throws IOException {
        assertThat(registry.jobs()).isEmpty();
    }

    @Test
    void keepsOneJobANameUntilRemoved() throws IOException {
        RegisteredJob aggregate = new RegisteredJob("aggregate", ID, List.of(), "file:/chk-7");
        RegisteredJob newer = new RegisteredJob("enrich", ID, List.of("enrich"), null);
        registry.put(ENRICH);
        registry.put(aggregate);
        registry.put(newer);
        assertThat(new JobRegistry(data).jobs()).containsExactly(aggregate, newer);

        registry.remove("enrich");
        registry.remove("enrich");
        assertThat(registry.jobs()).containsExactly(aggregate);
    }

    @Test
    void goesOnFromTheNewestCompleteCheckpoint() throws IOException {
        Path checkpoints = data.resolve("flink/checkpoints").resolve(ID);
        complete(checkpoints.resolve("chk-9"));
        complete(checkpoints.resolve("chk-10"));
        Files.createDirectories(checkpoints.resolve("chk-11"));
        Files.createDirectories(checkpoints.resolve("shared"));
        assertThat(registry.newestCheckpoint(ENRICH)).get().asString().contains("/chk-10");
    }

    @Test
    void goesOnFromWhereTheLastRunStartedIfThatMadeNoCheckpoint() throws IOException {
        RegisteredJob restored = new RegisteredJob("enrich", ID, List.of(), "file:/chk-7");
        assertThat(registry.newestCheckpoint(restored)).contains("file:/chk-7");
        assertThat(registry.newestCheckpoint(ENRICH)).isEmpty();
    }

    private static void complete(Path checkpoint) throws IOException {
        Files.createDirectories(checkpoint);
        Files.createFile(checkpoint.resolve("_metadata"));
    }
}
