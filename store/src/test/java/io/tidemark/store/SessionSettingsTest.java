package io.tidemark.store;

import static io.tidemark.store.SessionFixture.ANN;
import static io.tidemark.store.SessionFixture.SETTINGS;
import static io.tidemark.store.SessionFixture.session;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.SessionsBy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionSettingsTest {
    private static final SessionSettings OTHERS = SessionSettings.of(Duration.ofMinutes(30), SessionsBy.IP);

    private final StoreConfig config = StoreFixture.newDatabase();

    @Test
    void anotherKindIsRefusedUntilTheTableIsEmptied() {
        SessionSettings.claim(config, SETTINGS);
        try (SessionWriter writer = new SessionWriter(config, SETTINGS)) {
            writer.write(List.of(session(ANN, 0)));
        }
        SessionSettings.claim(config, SETTINGS);
        assertThatThrownBy(() -> SessionSettings.claim(config, OTHERS))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(
                        "processed_events_sessions holds sessions by visitor with a gap of 5m, and would"
                                + " mix them with sessions by ip with a gap of 30m: use another --data folder or database, or"
                                + " empty the tables (truncate processed_events_sessions, session_corrections, session_progress)");

        run(config, "truncate processed_events_sessions, session_corrections, session_progress");
        SessionSettings.claim(config, OTHERS);
        assertThat(rows(config, "select gap_ms, by from session_settings")).containsExactly("1800000|ip");
    }

    @Test
    void progressIsOfTheKindThatClaimed() {
        SessionSettings.claim(config, SETTINGS);
        try (SessionProgress progress = new SessionProgress(config, SETTINGS)) {
            progress.advance(NOON);
        }
        SessionSettings.claim(config, SETTINGS);
        assertThat(SessionProgress.reached(config)).hasValue(NOON);
        SessionSettings.claim(config, OTHERS);
        assertThat(SessionProgress.reached(config)).isEmpty();
    }

    @Test
    void aGapIsPositiveAndNoLongerThanAMonth() {
        assertThatThrownBy(() -> SessionSettings.of(Duration.ZERO, SessionsBy.VISITOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The gap must be positive and at most 30d, e.g. 5m; was 0s");
        assertThatThrownBy(() -> SessionSettings.of(Duration.ofDays(31), SessionsBy.VISITOR))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
