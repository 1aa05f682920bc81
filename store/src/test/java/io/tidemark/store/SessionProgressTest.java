package io.tidemark.store;

import static io.tidemark.store.SessionFixture.ANN;
import static io.tidemark.store.SessionFixture.SETTINGS;
import static io.tidemark.store.SessionFixture.session;
import static io.tidemark.store.StoreFixture.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionProgressTest {
    private final StoreConfig config = StoreFixture.newDatabase();
    private final SessionProgress progress = new SessionProgress(config, SETTINGS);

    @AfterEach
    void close() {
        progress.close();
    }

    @Test
    void progressOnlyMovesOn() {
        assertThat(SessionProgress.reached(config)).isEmpty();
        progress.advance(NOON);
        progress.advance(NOON - 1);
        assertThat(SessionProgress.reached(config)).hasValue(NOON);
        progress.advance(NOON + 1);
        assertThat(SessionProgress.reached(config)).hasValue(NOON + 1);
    }

    @Test
    void afterARunToTheEndTheNewestSessionsAreOpenAgain() {
        try (SessionWriter writer = new SessionWriter(config, SETTINGS)) {
            writer.write(List.of(session(ANN, 0), session(ANN, 20)));
        }
        progress.advance(NOON);
        progress.reopen();
        assertThat(SessionProgress.reached(config)).hasValue(NOON);
        progress.advance(SessionProgress.ALL);
        progress.reopen();
        assertThat(SessionProgress.reached(config)).hasValue(NOON + 20 * SessionFixture.MINUTE);
    }
}
