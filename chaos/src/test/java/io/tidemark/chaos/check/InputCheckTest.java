package io.tidemark.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.traffic.Outcome;
import io.tidemark.chaos.traffic.Place;
import io.tidemark.chaos.traffic.Sent;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class InputCheckTest {
    private static final Place PLACE = new Place(0, 0);
    private static final Place NEXT = new Place(0, 1);
    private static final Map<Long, Sent> SENT = Map.of(7L, new Sent(7, 0, null, new Outcome.Rejected("empty")));

    @Test
    void whatWasSentOnceAndStandsOnceIsFine() {
        assertThat(InputCheck.differences(SENT, Map.of(7L, PLACE), Map.of(PLACE, 7L)))
                .isEmpty();
        assertThat(InputCheck.differences(SENT, Map.of(), Map.of(PLACE, 7L))).isEmpty();
    }

    @Test
    void whatIsMissingTwiceThereElsewhereOrNotSentIsFound() {
        assertThat(InputCheck.differences(SENT, Map.of(), Map.of())).hasSize(1);
        assertThat(InputCheck.differences(SENT, Map.of(), Map.of(PLACE, 7L, NEXT, 7L)))
                .hasSize(1);
        assertThat(InputCheck.differences(SENT, Map.of(7L, NEXT), Map.of(PLACE, 7L)))
                .hasSize(1);
        assertThat(InputCheck.differences(SENT, Map.of(), Map.of(PLACE, 7L, NEXT, 8L)))
                .hasSize(1);
    }
}
