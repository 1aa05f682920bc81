package io.tidemark.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.check.Evidence.Session;
import io.tidemark.chaos.check.Evidence.View;
import io.tidemark.chaos.traffic.Place;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionsCheckTest {
    private static final long GAP = 1_000;

    private static final List<View> VIEWS = List.of(
            view("a", 5_000, 9, "/z"),
            view("a", 1_000, 3, "/y?q=1"),
            view("a", 1_000, 2, "https://h/x#f"),
            view("b", 1_500, 4, null),
            view("a", 2_000, 1, "https://h"));

    private static final List<Session> RIGHT = List.of(
            new Session("h", "a", 1_000, 2_000, 3, "/x", "/"),
            new Session("h", "a", 5_000, 5_000, 1, "/z", "/z"),
            new Session("h", "b", 1_500, 1_500, 1, "", ""));

    private static View view(String visitor, long millis, long offset, @Nullable String url) {
        return new View("h", visitor, millis, new Place(0, offset), url);
    }

    @Test
    void whatTheEventsMakeUpIsRight() {
        assertThat(SessionsCheck.differences(VIEWS, GAP, RIGHT)).isEmpty();
    }

    @Test
    void aLongPageIsCutAtACharacter() {
        String cut = "/" + "\u00fc".repeat(999);
        assertThat(SessionsCheck.differences(
                        List.of(view("a", 1_000, 1, cut + "\u00fc\u00fc")),
                        GAP,
                        List.of(new Session("h", "a", 1_000, 1_000, 1, cut, cut))))
                .isEmpty();
    }

    @Test
    void whatIsMissingTwiceOrOtherwiseIsTold() {
        List<Session> wrong = new ArrayList<>(RIGHT);
        wrong.add(RIGHT.get(0));
        wrong.set(1, new Session("h", "a", 5_000, 5_000, 2, "/z", "/z"));
        assertThat(SessionsCheck.differences(VIEWS, GAP, wrong))
                .containsExactly(
                        "missing: 1970-01-01T00:00:05Z of a on h: 1 hits until 1970-01-01T00:00:05Z, /z to /z",
                        "not of the events: 1970-01-01T00:00:05Z of a on h: 2 hits until 1970-01-01T00:00:05Z, /z to /z",
                        "twice: 1970-01-01T00:00:01Z of a on h: 3 hits until 1970-01-01T00:00:02Z, /x to /");
    }
}
