package io.tidemark.chaos.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.traffic.Expected.WindowHost;
import io.tidemark.chaos.traffic.Expected.WindowReferrer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ExpectedTest {
    @Test
    void eventsCountInTheWindowThatTheirTimeFallsInto() {
        Expected expected = Expected.of(
                Map.of(
                        new Place(0, 0), view(0, 4_999, "r"),
                        new Place(0, 1), view(1, 5_000, "r"),
                        new Place(1, 0), view(2, 9_999, ""),
                        new Place(1, 1), view(3, -1, "r"),
                        new Place(1, 2), new Sent(4, 1, null, new Outcome.Rejected("empty"))),
                Duration.ofSeconds(5));
        assertThat(expected.byReferrer())
                .isEqualTo(Map.of(
                        new WindowReferrer(0, "h", "r"), 1L,
                        new WindowReferrer(5_000, "h", "r"), 1L,
                        new WindowReferrer(5_000, "h", ""), 1L,
                        new WindowReferrer(-5_000, "h", "r"), 1L));
        assertThat(expected.byHost())
                .isEqualTo(Map.of(
                        new WindowHost(0, "h"), 1L, new WindowHost(5_000, "h"), 2L, new WindowHost(-5_000, "h"), 1L));
        assertThat(expected.stored()).hasSize(4);
        assertThat(expected.rejected()).containsOnlyKeys(new Place(1, 2));
    }

    private static Sent view(long id, long at, String referrer) {
        return new Sent(id, 0, null, new Outcome.Stored("h", referrer, at, null, null, null));
    }
}
