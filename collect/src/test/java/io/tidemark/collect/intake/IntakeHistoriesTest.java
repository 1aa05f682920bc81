package io.tidemark.collect.intake;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntakeHistoriesTest {
    private static final int HISTORIES = 600;

    @TempDir
    Path folder;

    @Test
    void inAnyHistoryWhatIsAcknowledgedIsInTheTopicOnce() throws Exception {
        long seed = Long.getLong("tidemark.intake.seed", System.nanoTime());
        System.out.printf("%d histories from -Dtidemark.intake.seed=%d%n", HISTORIES, seed);
        for (int i = 0; i < HISTORIES; i++) {
            try (IntakeWorld world = new IntakeWorld(folder.resolve("history-" + i))) {
                new IntakeHistory(world, new Random(seed + i), "history " + i + " of seed " + seed).run();
            }
        }
    }
}
