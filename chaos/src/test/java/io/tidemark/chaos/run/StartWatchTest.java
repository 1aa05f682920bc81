package io.tidemark.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class StartWatchTest {
    private final StartWatch watch = new StartWatch(0);

    @Test
    void whatHasAllItNeedsAndGetsNowhereForAMinuteHangs() {
        watch.look(1_000, true, Map.of());
        assertThat(watch.hangs(59_999)).isFalse();
        assertThat(watch.hangs(60_000)).isTrue();
    }

    @Test
    void aLedgerThatMovesEvenSlowlyDoesNotHang() {
        watch.look(1_000, true, Map.of());
        watch.look(50_000, true, Map.of(0, 1L));
        assertThat(watch.hangs(100_000)).isFalse();
        watch.look(100_000, true, Map.of(0, 1L));
        assertThat(watch.hangs(110_000)).isTrue();
    }

    @Test
    void whatLacksAProcessOrAJobIsNotSaidToHang() {
        watch.look(50_000, false, Map.of());
        watch.look(100_000, true, Map.of());
        assertThat(watch.hangs(100_000)).isFalse();
        assertThat(watch.hangs(110_000)).isTrue();
    }
}
