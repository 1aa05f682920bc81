package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.WindowCounts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WindowSettingsTest {
    private static final Duration MINUTES = Duration.ofMinutes(5);
    private static final Duration SECONDS = Duration.ofSeconds(10);

    private final StoreConfig config = StoreFixture.newDatabase();

    @Test
    void claimingAgainChangesNothing() {
        WindowSettings.claim(config, MINUTES, "event");
        storeAWindow();
        WindowSettings.claim(config, MINUTES, "event");
        assertThat(claimed()).containsExactly("300000|event");
    }

    @Test
    void emptyTablesCanBeClaimedAnew() {
        WindowSettings.claim(config, MINUTES, "event");
        WindowSettings.claim(config, SECONDS, "processing");
        assertThat(claimed()).containsExactly("10000|processing");
    }

    @Test
    void progressIsOfTheKindThatClaimed() {
        WindowSettings.claim(config, MINUTES, "event");
        try (WindowProgress progress = new WindowProgress(config)) {
            progress.advance(NOON, FIVE_MINUTES);
        }
        WindowSettings.claim(config, MINUTES, "event");
        assertThat(rows(config, "select watermark_ms from aggregate_progress")).containsExactly("" + NOON);

        WindowSettings.claim(config, SECONDS, "event");
        assertThat(rows(config, "select watermark_ms from aggregate_progress")).isEmpty();
    }

    @Test
    void anotherSizeIsRefusedUntilTheTablesAreEmptied() {
        WindowSettings.claim(config, MINUTES, "event");
        storeAWindow();
        assertThatThrownBy(() -> WindowSettings.claim(config, SECONDS, "event"))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(
                        "processed_events_aggregated holds 5m windows; --window 10s would mix two sizes in"
                                + " one table: use another --data folder or database, or empty the tables (truncate ");

        run(config, "truncate processed_events_aggregated, processed_events_aggregated_source, window_corrections");
        WindowSettings.claim(config, SECONDS, "event");
        assertThat(claimed()).containsExactly("10000|event");
    }

    @Test
    void anotherTimeIsRefused() {
        WindowSettings.claim(config, MINUTES, "event");
        storeAWindow();
        assertThatThrownBy(() -> WindowSettings.claim(config, MINUTES, "processing"))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(
                        "processed_events_aggregated holds windows of event time; --time processing would");
    }

    @Test
    void pendingCorrectionsHoldTheClaim() {
        WindowSettings.claim(config, MINUTES, "event");
        try (Corrections corrections = new Corrections(config)) {
            corrections.mark(List.of(NOON), FIVE_MINUTES);
        }
        assertThatThrownBy(() -> WindowSettings.claim(config, SECONDS, "event"))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("window_corrections holds 5m windows");
    }

    @Test
    void unknownTimeAndSizeAreRefused() {
        assertThatThrownBy(() -> WindowSettings.claim(config, MINUTES, "wall"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Time must be event or processing; was \"wall\"");
        assertThatThrownBy(() -> WindowSettings.claim(config, Duration.ZERO, "event"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Window size must be positive, e.g. 5m; was PT0S");
    }

    private void storeAWindow() {
        try (WindowWriter writer = new WindowWriter(config)) {
            writer.write(List.of(new WindowCounts(NOON, "a.example", Map.of("", 1L))), FIVE_MINUTES);
        }
    }

    private List<String> claimed() {
        return rows(config, "select window_size_ms, time from aggregate_settings");
    }
}
