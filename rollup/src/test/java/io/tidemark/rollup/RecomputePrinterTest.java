package io.tidemark.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.store.TableDifference.Row;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecomputePrinterTest {
    private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();

    private static String text(
            @Nullable Long storedHits,
            @Nullable Long recomputedHits,
            @Nullable Long storedVisitors,
            @Nullable Long recomputedVisitors,
            String... texts) {
        return RecomputePrinter.text(
                new Row(NOON, List.of(texts), storedHits, recomputedHits, storedVisitors, recomputedVisitors));
    }

    @Test
    void eachKindOfDifferenceIsTold() {
        assertThat(text(1L, null, null, null, "a.example"))
                .isEqualTo("2026-03-01T12:00:00Z \"a.example\": 1 hit, and no event");
        assertThat(text(null, 2_000L, null, null, "a.example", ""))
                .isEqualTo("2026-03-01T12:00:00Z \"a.example\" \"\": missing, recomputed 2,000 hits");
        assertThat(text(3L, 2L, 1L, 1L, "a.example")).endsWith(": 3 hits, recomputed 2 hits");
        assertThat(text(3L, 3L, 1L, 2L, "a.example")).endsWith(": 1 visitors, recomputed 2");
        assertThat(text(3L, 3L, 2L, 2L, "a.example")).endsWith(": another sketch of visitors");
    }

    @Test
    void textsOfEventsAreOneShortLineThatSteersNothing() {
        String hostile = text(1L, 2L, null, null, "a\u001b[2J\r\n@failed \u202e\u2028", "x".repeat(3_000));
        assertThat(hostile)
                .hasSizeLessThan(200)
                .contains("\"a [2J  @failed   \"")
                .endsWith("2 hits");
        assertThat(hostile.chars()).noneMatch(each -> Character.isISOControl(each) || each == '\u202e');
    }
}
