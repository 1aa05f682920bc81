package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.store.ModelledWorld.Bug;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ledger and filter as a model: random interleavings of writers, forgotten writers, crashes, rollbacks and lost answers
 * leave every event stored once and counted once, and every broken one rejected. In the store's package, since what it
 * drives is nobody else's business.
 */
class ExactlyOnceModelTest {
    private static final int HISTORIES = 100_000;
    private static final int LONGEST_HISTORY = 160;
    private static final int RECORDS = 12;

    /** Another seed each time; {@code -Dtidemark.seed=…} repeats one. */
    private final long seed = Long.getLong("tidemark.seed", System.nanoTime());

    @Test
    void everyEventIsStoredAndCountedOnceInEveryHistory() {
        System.out.printf("%d histories from seed %d%n", HISTORIES, seed);
        for (int number = 0; number < HISTORIES; number++) {
            int[] history = history(number);
            if (!violations(history).isEmpty()) {
                int[] shortest = shorten(history);
                throw new AssertionError("seed %d, history %d, shortened to %s: %s"
                        .formatted(seed, number, Arrays.toString(shortest), violations(shortest)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Bug.class)
    void modelFindsThePlantedBug(Bug bug) {
        assertThat(IntStream.range(0, 1_000)
                        .anyMatch(number -> !violations(history(number), bug).isEmpty()))
                .as("seed %d", seed)
                .isTrue();
    }

    private int[] history(int number) {
        Random random = new Random(seed + number);
        return random.ints(random.nextInt(LONGEST_HISTORY), 0, Integer.MAX_VALUE)
                .toArray();
    }

    private static List<String> violations(int[] history, Bug... bugs) {
        ModelledWorld world = new ModelledWorld(RECORDS, bugs);
        for (int choice : history) {
            world.step(choice);
        }
        world.drain();
        return world.violations();
    }

    /** Leaves out what the violation does not need, in ever smaller pieces. */
    private static int[] shorten(int[] history) {
        int[] shortest = history;
        for (int piece = history.length / 2; piece > 0; piece /= 2) {
            for (int from = 0; from + piece <= shortest.length; ) {
                int[] without = without(shortest, from, piece);
                if (violations(without).isEmpty()) {
                    from += piece;
                } else {
                    shortest = without;
                }
            }
        }
        return shortest;
    }

    private static int[] without(int[] history, int from, int count) {
        int[] rest = new int[history.length - count];
        System.arraycopy(history, 0, rest, 0, from);
        System.arraycopy(history, from + count, rest, from, rest.length - from);
        return rest;
    }
}
