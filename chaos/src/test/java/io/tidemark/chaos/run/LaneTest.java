package io.tidemark.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LaneTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aClusterHasTheFirstFolderThatIsNotThere() throws IOException {
        Path lane = folder.resolve("lane-1");
        assertThat(Lane.newFolder(lane)).isEqualTo(lane.resolve("cluster-1")).isEmptyDirectory();
        assertThat(Lane.newFolder(lane)).isEqualTo(lane.resolve("cluster-2"));
    }

    @Test
    void aFolderThatWasKeptStaysAsItIs() throws IOException {
        Path kept = Files.createDirectories(folder.resolve("cluster-1/jobs")).resolve("enrich.json");
        Files.writeString(kept, "stale");
        assertThat(Lane.newFolder(folder)).isEqualTo(folder.resolve("cluster-2"));
        assertThat(kept).hasContent("stale");
    }
}
