package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.WindowCounts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WindowProgressTest {
    private final StoreConfig config = StoreFixture.newDatabase();
    private final WindowProgress progress = new WindowProgress(config);

    @AfterEach
    void close() {
        progress.close();
    }

    private List<String> stored() {
        return rows(config, "select watermark_ms from aggregate_progress");
    }

    private void storeAWindow(long start) {
        try (WindowWriter writer = new WindowWriter(config)) {
            writer.write(List.of(new WindowCounts(start, "a.example", Map.of("", 1L))), FIVE_MINUTES);
        }
    }

    @Test
    void progressOnlyMovesOn() {
        assertThat(stored()).isEmpty();
        assertThat(WindowProgress.reached(config)).isEmpty();
        progress.advance(NOON, FIVE_MINUTES);
        assertThat(WindowProgress.reached(config)).hasValue(NOON);
        progress.advance(NOON - 1, FIVE_MINUTES);
        assertThat(stored()).containsExactly("" + NOON);
        progress.advance(NOON + 1, FIVE_MINUTES);
        assertThat(stored()).containsExactly("" + (NOON + 1));
    }

    @Test
    void updatedAtTellsWhenItLastMoved() {
        progress.advance(NOON, FIVE_MINUTES);
        List<String> before = rows(config, "select updated_at from aggregate_progress");
        progress.advance(NOON, FIVE_MINUTES);
        assertThat(rows(config, "select updated_at from aggregate_progress")).isEqualTo(before);
        progress.advance(NOON + 1, FIVE_MINUTES);
        assertThat(rows(config, "select updated_at from aggregate_progress")).isNotEqualTo(before);
    }

    @Test
    void newestWindowIsOpenAgainWhenAJobFollowsARunToTheEnd() {
        storeAWindow(NOON - FIVE_MINUTES);
        storeAWindow(NOON);
        progress.advance(WindowProgress.ALL, FIVE_MINUTES);
        progress.reopen();
        assertThat(stored()).containsExactly("" + (NOON - 1));
        progress.advance(NOON, FIVE_MINUTES);
        assertThat(stored()).containsExactly("" + NOON);
    }

    @Test
    void reopeningTakesNothingElseBack() {
        progress.reopen();
        assertThat(stored()).isEmpty();
        storeAWindow(NOON);
        progress.advance(NOON + 2 * FIVE_MINUTES, FIVE_MINUTES);
        progress.reopen();
        assertThat(stored()).containsExactly("" + (NOON + 2 * FIVE_MINUTES));
    }

    @Test
    void runThatFoundNothingIsReopenedToo() {
        progress.advance(WindowProgress.ALL, FIVE_MINUTES);
        progress.reopen();
        assertThat(stored()).containsExactly("0");
    }

    @Test
    void jobOfAnotherSizeThanClaimedStoresNoProgress() {
        WindowSettings.claim(config, Duration.ofSeconds(10), "event");
        assertThatThrownBy(() -> progress.advance(NOON, FIVE_MINUTES))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("claimed for 10s windows");
        assertThat(stored()).isEmpty();
    }
}
