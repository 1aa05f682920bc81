package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.SlicedWindows.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlicedWindowsTest {
    /** As their definitions have it: all windows around 0 that hold a time, as start and end. */
    private static List<List<Long>> holding(SlicedWindows windows, long timestamp) {
        List<List<Long>> found = new ArrayList<>();
        long size = windows.sizeMillis();
        long every = windows.everyMillis();
        for (long k = -200; k <= 200; k++) {
            if (windows.kind() == Kind.CUMULATE) {
                for (long length = every; length <= size; length += every) {
                    addIfHolds(found, k * size, k * size + length, timestamp);
                }
            } else {
                addIfHolds(found, k * every, k * every + size, timestamp);
            }
        }
        return found;
    }

    private static void addIfHolds(List<List<Long>> found, long start, long end, long timestamp) {
        if (start <= timestamp && timestamp < end) {
            found.add(List.of(start, end));
        }
    }

    @Test
    void theWindowsOfATimestampAreThoseThatHoldIt() {
        long seed = Long.getLong("tidemark.seed", System.nanoTime());
        System.out.println("-Dtidemark.seed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            long every = 1L + random.nextInt(20);
            long size = every * (1L + random.nextInt(6));
            Kind kind = List.of(Kind.values()).get(random.nextInt(3));
            SlicedWindows windows = new SlicedWindows(kind, size, kind == Kind.TUMBLE ? size : every);
            long timestamp = random.nextInt(400) - 200L;
            long slice = windows.sliceOf(timestamp);
            List<List<Long>> found = new ArrayList<>();
            for (long end = windows.firstEnd(slice); end <= windows.lastEnd(slice); end += windows.everyMillis()) {
                found.add(List.of(windows.startOf(end), end));
                assertThat(windows.has(windows.startOf(end), end - windows.startOf(end)))
                        .isTrue();
            }
            assertThat(found)
                    .as("%s at %d", windows, timestamp)
                    .containsExactlyInAnyOrderElementsOf(holding(windows, timestamp));
            assertThat(windows.firstStart(timestamp))
                    .isEqualTo(
                            found.stream().mapToLong(each -> each.get(0)).min().orElseThrow());
            assertThat(windows.lastStart(timestamp))
                    .isEqualTo(
                            found.stream().mapToLong(each -> each.get(0)).max().orElseThrow());
        }
    }

    @Test
    void onlyItsOwnWindowsAreItsOwn() {
        SlicedWindows hours = SlicedWindows.hop(Duration.ofHours(1), Duration.ofMinutes(5));
        assertThat(hours.has(300_000, 3_600_000)).isTrue();
        assertThat(hours.has(300_000, 300_000)).isFalse();
        assertThat(hours.has(60_000, 3_600_000)).isFalse();
        SlicedWindows days = SlicedWindows.cumulate(Duration.ofDays(1), Duration.ofHours(1));
        assertThat(days.has(0, 3_600_000)).isTrue();
        assertThat(days.has(0, 86_400_000)).isTrue();
        assertThat(days.has(3_600_000, 3_600_000)).isFalse();
        assertThat(days.has(0, 86_400_000 + 3_600_000)).isFalse();
        assertThat(days.has(0, 0)).isFalse();
        assertThat(days.has(0, 1_800_000)).isFalse();
    }

    @Test
    void theyReadAsInAFile() {
        assertThat(SlicedWindows.tumble(Duration.ofMinutes(90))).hasToString("{tumble: 1h30m}");
        assertThat(SlicedWindows.hop(Duration.ofHours(1), Duration.ofMinutes(5)))
                .hasToString("{hop: {size: 1h, every: 5m}}");
        assertThat(SlicedWindows.cumulate(Duration.ofDays(1), Duration.ofHours(1)))
                .hasToString("{cumulate: {size: 1d, every: 1h}}");
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> SlicedWindows.hop(Duration.ofHours(1), Duration.ofMinutes(7)))
                .hasMessageContaining("size must be a multiple of every")
                .hasMessageContaining("was 1h and 7m");
        assertThatThrownBy(() -> SlicedWindows.tumble(Duration.ZERO)).hasMessageContaining("must be positive");
        assertThatThrownBy(() -> SlicedWindows.hop(Duration.ofDays(1), Duration.ofSeconds(1)))
                .hasMessageContaining("at most 2,000 times every");
    }
}
