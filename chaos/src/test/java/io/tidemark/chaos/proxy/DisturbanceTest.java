package io.tidemark.chaos.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DisturbanceTest {
    @Test
    void itMeetsNoMoreThanItsNumberAndTellsHowMany() {
        Disturbance two = new Disturbance(2, ended -> {});
        assertThat(two.met()).isZero();
        assertThat(two.meet()).isTrue();
        assertThat(two.meet()).isTrue();
        assertThat(two.meet()).isFalse();
        assertThat(two.met()).isEqualTo(2);
    }

    @Test
    void itsEndTakesItselfAway() {
        List<Disturbance> ended = new ArrayList<>();
        Disturbance one = new Disturbance(1, ended::add);
        one.end();
        assertThat(ended).containsExactly(one);
    }
}
