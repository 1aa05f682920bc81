package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TumblingWindowsTest {
    private static final TumblingWindows FIVE_MINUTES = TumblingWindows.of(Duration.ofMinutes(5));

    @Test
    void aWindowHoldsItsStartAndNotItsEnd() {
        assertThat(FIVE_MINUTES.startOf(millis("2026-03-01T12:05:00Z"))).isEqualTo(millis("2026-03-01T12:05:00Z"));
        assertThat(FIVE_MINUTES.startOf(millis("2026-03-01T12:09:59.999Z"))).isEqualTo(millis("2026-03-01T12:05:00Z"));
        assertThat(FIVE_MINUTES.maxTimestamp(millis("2026-03-01T12:05:00Z")))
                .isEqualTo(millis("2026-03-01T12:09:59.999Z"));
    }

    @Test
    void windowsBefore1970AreAlignedToo() {
        assertThat(FIVE_MINUTES.startOf(-1)).isEqualTo(-300_000);
        assertThat(FIVE_MINUTES.startOf(-300_000)).isEqualTo(-300_000);
    }

    @Test
    void aSizeMustBePositive() {
        assertThatThrownBy(() -> TumblingWindows.of(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("positive");
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
