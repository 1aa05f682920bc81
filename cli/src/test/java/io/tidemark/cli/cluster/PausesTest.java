package io.tidemark.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PausesTest {
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final Pauses pauses = new Pauses();

    @Test
    void theFirstDeathIsMendedAtOnceAndFurtherOnesEverLater() {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            millis.add(pauses.after(SHORT).toMillis());
        }
        assertThat(millis)
                .containsExactly(0L, 500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L, 30_000L);
    }

    @Test
    void aProcessThatLivedForLongIsMendedAtOnceAgain() {
        for (int i = 0; i < 5; i++) {
            assertThat(pauses.after(SHORT)).isNotNull();
        }
        assertThat(pauses.after(Duration.ofSeconds(15))).isZero();
        assertThat(pauses.after(SHORT)).isEqualTo(Duration.ofMillis(500));
    }
}
