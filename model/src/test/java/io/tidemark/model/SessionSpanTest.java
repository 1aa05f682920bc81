package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SessionSpanTest {
    private static final long GAP = 10;

    private static PageView view(long millis) {
        return view(millis, new SourceCoordinates(1, 1, 0, millis));
    }

    private static PageView view(long millis, SourceCoordinates source) {
        return new PageView(millis, source, "/" + source, "direct", null);
    }

    @Test
    void whatIsTheGapApartTouchesAndWhatIsFurtherDoesNot() {
        SessionSpan span = SessionSpan.of(view(100)).with(SessionSpan.of(view(105)));
        assertThat(span.touches(SessionSpan.of(view(115)), GAP)).isTrue();
        assertThat(span.touches(SessionSpan.of(view(116)), GAP)).isFalse();
        assertThat(span.touches(SessionSpan.of(view(90)), GAP)).isTrue();
        assertThat(span.touches(SessionSpan.of(view(89)), GAP)).isFalse();
        assertThat(span.touches(SessionSpan.of(view(103)), GAP)).isTrue();
    }

    @Test
    void whicheverIsAddedToTheOtherTheFirstIsTheFirst() {
        SessionSpan one = SessionSpan.of(view(100));
        SessionSpan other = SessionSpan.of(view(95)).with(SessionSpan.of(view(107)));
        assertThat(one.with(other)).isEqualTo(other.with(one)).isEqualTo(new SessionSpan(view(95), view(107), 3));
    }

    @Test
    void viewsOfOneMomentGoByWhereTheyStand() {
        PageView second = view(5, new SourceCoordinates(1, 1, 0, 8));
        PageView first = view(5, new SourceCoordinates(1, 1, 0, 7));
        PageView ofNextPartition = view(5, new SourceCoordinates(1, 1, 1, 0));
        PageView ofTopicWithAHighId = view(5, new SourceCoordinates(-1, 1, 0, 0));
        assertThat(List.of(ofTopicWithAHighId, ofNextPartition, second, first).stream()
                        .sorted()
                        .toList())
                .containsExactly(first, second, ofNextPartition, ofTopicWithAHighId);
        assertThat(SessionSpan.of(second).with(SessionSpan.of(first)).first()).isEqualTo(first);
        assertThat(SessionSpan.of(first).with(SessionSpan.of(second)).last()).isEqualTo(second);
    }

    @Test
    void aPauseLongerThanTheGapBeginsAnotherSession() {
        assertThat(SessionSpan.of(List.of(view(0), view(10), view(20), view(31), view(31)), GAP))
                .containsExactly(new SessionSpan(view(0), view(20), 3), new SessionSpan(view(31), view(31), 2));
        assertThat(SessionSpan.of(List.of(), GAP)).isEmpty();
    }

    @Test
    void whatIsNoSessionIsRefused() {
        assertThatThrownBy(() -> new SessionSpan(view(1), view(0), 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SessionSpan(view(0), view(1), 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SessionMark("h", "v", 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
