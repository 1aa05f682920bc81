package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static io.tidemark.store.StoreFixture.rows;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.GroupCount;
import io.tidemark.model.VisitorSketch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is written of aggregates, by the job and by corrections. */
class GroupWriterTest {
    private static final Aggregate PAGES = new Aggregate("pages", List.of(Dimension.HOST, Dimension.PATH), true);
    private static final Aggregate BOTS = new Aggregate("bots", List.of(Dimension.BOT), false);
    private static final List<Aggregate> BOTH = List.of(PAGES, BOTS);
    private static final String PAGE_ROWS =
            "select to_char(event_hour at time zone 'UTC', 'HH24:MI'), host, path, num_hits, visitors, revision from pages"
                    + " order by 1, 2, 3";

    private final StoreConfig config = StoreFixture.newDatabase();
    private final List<Aggregate> prepared = AggregateTables.prepare(config, BOTH, Duration.ofMinutes(5));
    private final GroupWriter writer = new GroupWriter(config, prepared);

    @AfterEach
    void close() {
        writer.close();
    }

    private static byte[] visitors(int... numbers) {
        VisitorSketch sketch = new VisitorSketch();
        for (int each : numbers) {
            sketch.add(("v" + each).getBytes(UTF_8));
        }
        return sketch.toBytes();
    }

    private GroupCount page(String key, long hits, int... visitors) {
        return new GroupCount(prepared.get(0).id(), NOON, NOON + FIVE_MINUTES, key, hits, visitors(visitors));
    }

    private void write(GroupCount... counts) {
        writer.write(List.of(counts), FIVE_MINUTES);
    }

    @Test
    void countsAreUpsertedAndOnlyEverGrow() {
        write(
                page("a\0/x", 3, 1, 2),
                page("a\0/", 1, 1),
                page("b\0", 2),
                new GroupCount(prepared.get(1).id(), NOON, NOON + FIVE_MINUTES, "true", 4, null));
        write(page("a\0/x", 2, 1), page("a\0/", 5, 1, 2, 3), page("b\0", 2));
        assertThat(rows(config, PAGE_ROWS)).containsExactly("12:00|a|/|5|3|1", "12:00|a|/x|3|2|0", "12:00|b||2|0|0");
        assertThat(rows(config, "select bot, num_hits from bots")).containsExactly("true|4");
    }

    @Test
    void ofOneGroupThatIsThereTwiceTheHighestIsStored() {
        write(page("a\0/", 2, 1), page("a\0/", 7, 1, 2), page("a\0/", 4, 1));
        assertThat(rows(config, PAGE_ROWS)).containsExactly("12:00|a|/|7|2|0");
    }

    @Test
    void countsOfWhatWasCountedBeforeAreLeftOut() {
        write(
                new GroupCount("former", NOON, NOON + FIVE_MINUTES, "x", 1, null),
                new GroupCount(PAGES.inGeneration("an earlier one").id(), NOON, NOON + FIVE_MINUTES, "a\0/", 9, null),
                page("a\0/", 1, 1));
        assertThat(rows(config, PAGE_ROWS)).hasSize(1);
    }

    @Test
    void windowsOfAnotherSizeAreRefused() {
        WindowSettings.claim(config, Duration.ofHours(1), "event");
        assertThatThrownBy(() -> write(page("a\0/", 1, 1))).hasMessageContaining("stop this job");
    }

    @Test
    void manyGroupsAreWrittenAtOnce() {
        List<GroupCount> many = new ArrayList<>();
        for (int i = 0; i < 12_000; i++) {
            many.add(page("h" + i % 7 + "\0/" + i, i + 1, i));
        }
        writer.write(many, FIVE_MINUTES);
        assertThat(rows(config, "select count(*), sum(num_hits), sum(visitors) from pages"))
                .containsExactly("12000|72006000|12000");
    }

    /** Two windows of which nothing was counted, and one of which some was. */
    @Test
    void markedWindowsAreCountedFromTheStoredEvents() {
        Map<Integer, String> hosts = new TreeMap<>(Map.of(0, "a", 1, "a", 2, "b", 3, "a"));
        try (EventWriter events = new EventWriter(config)) {
            hosts.forEach(
                    (offset, host) -> events.add(event(host, null, NOON + offset / 3 * FIVE_MINUTES), at(0, offset)));
            events.add(event("far", null, NOON + 50 * FIVE_MINUTES), at(0, 4));
            events.add(event("outside", null, NOON + 3 * FIVE_MINUTES), at(0, 5));
            events.flush();
        }
        write(page("a\0/index.html", 1, 9));
        try (Corrections corrections = new Corrections(config)) {
            corrections.mark(List.of(NOON, NOON + FIVE_MINUTES, NOON + 50 * FIVE_MINUTES), FIVE_MINUTES);
            assertThat(corrections.recomputeMarked()).isEqualTo(3);
        }
        assertThat(rows(config, PAGE_ROWS))
                .containsExactly(
                        "12:00|a|/index.html|2|1|1",
                        "12:00|b|/index.html|1|1|0",
                        "12:05|a|/index.html|1|1|0",
                        "16:10|far|/index.html|1|1|0");
        assertThat(rows(config, "select sum(num_hits), min(bot), max(bot) from bots"))
                .containsExactly("5|false|false");
    }
}
