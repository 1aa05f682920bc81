package io.tidemark.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.embedded.Layout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsAwayTest {
    @TempDir
    Path folder;

    @Test
    void twoAtOnceTakeTheFolderAwayOnceAndBringAllOfItBack() throws Exception {
        Layout layout = new Layout(folder);
        Path kept = Files.createDirectories(layout.checkpoints()).resolve("chk-1");
        Files.writeString(kept, "state");

        assertThat(CheckpointsAway.takeAway(layout).any()).isTrue();
        assertThat(layout.checkpoints()).isRegularFile();
        assertThat(CheckpointsAway.takeAway(layout).any()).isFalse();
        assertThat(layout.checkpoints()).isRegularFile();

        CheckpointsAway.bringBack(layout);
        assertThat(kept).hasContent("state");
        CheckpointsAway.bringBack(layout);
        assertThat(kept).hasContent("state");
    }
}
