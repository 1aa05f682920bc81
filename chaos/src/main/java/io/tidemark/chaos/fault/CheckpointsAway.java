package io.tidemark.chaos.fault;

import io.tidemark.cli.embedded.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The checkpoint folder is gone, and a file stands in its place: not even root can write a checkpoint then. */
record CheckpointsAway(Duration lasts) implements Fault {
    @Override
    public String describe() {
        return "checkpoint folder away for %d ms".formatted(lasts.toMillis());
    }

    @Override
    public Effect inject(Stage stage) throws Exception {
        return takeAway(stage.cluster().layout());
    }

    @Override
    public Effect heal(Stage stage) throws Exception {
        bringBack(stage.cluster().layout());
        return Effect.NONE;
    }

    /** Changes nothing if it is away already, by another fault of this kind. */
    static Effect takeAway(Layout layout) throws IOException {
        if (!Files.isDirectory(layout.checkpoints())) {
            return Effect.none("it was away already");
        }
        Files.move(layout.checkpoints(), away(layout));
        Files.createFile(layout.checkpoints());
        return Effect.of("taken away");
    }

    /** The first one of several to end brings it back for all. */
    static void bringBack(Layout layout) throws IOException {
        if (Files.isDirectory(away(layout))) {
            Files.deleteIfExists(layout.checkpoints());
            Files.move(away(layout), layout.checkpoints());
        }
    }

    private static Path away(Layout layout) {
        return layout.checkpoints().resolveSibling("checkpoints-away");
    }
}
