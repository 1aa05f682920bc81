package io.tidemark.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SignalTest {
    @Test
    void aProcessThatHasEndedIsNotReached() throws Exception {
        Process living = new ProcessBuilder("sleep", "60").start();
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        assertThat(Signal.STOP.toAll(List.of(ended.pid(), living.pid()))).containsExactly(living.pid());
        assertThat(Signal.kill(living.pid()).any()).isTrue();
        living.waitFor();
        assertThat(Signal.kill(living.pid())).isEqualTo(Effect.none(living.pid() + " had ended"));
    }
}
