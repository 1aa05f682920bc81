package io.tidemark.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EffectTest {
    @Test
    void aFaultHadAnEffectIfEitherOfItsEndsHad() {
        assertThat(Effect.none("1 wide instead of 4").and(Effect.of("2 wide")))
                .isEqualTo(new Effect(true, "1 wide instead of 4; 2 wide"));
        assertThat(Effect.of("killed 7").and(Effect.NONE)).isEqualTo(new Effect(true, "killed 7"));
        assertThat(Effect.none("no broker lives").and(Effect.NONE)).isEqualTo(new Effect(false, "no broker lives"));
    }

    @Test
    void ofNoneOfThemThereIsNoEffect() {
        assertThat(Effect.of(2, "answers lost")).isEqualTo(new Effect(true, "2 answers lost"));
        assertThat(Effect.of(0, "answers lost")).isEqualTo(new Effect(false, "0 answers lost"));
    }
}
