package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Aggregate;
import io.tidemark.model.GroupCount;
import io.tidemark.model.VisitorSession;
import io.tidemark.model.VisitorSketch;
import io.tidemark.model.WindowCounts;
import io.tidemark.store.TrafficQueries.HostSessions;
import io.tidemark.store.TrafficQueries.Ranked;
import io.tidemark.store.TrafficQueries.Totals;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrafficQueriesTest {
    private static final long NEXT = NOON + FIVE_MINUTES;

    private final StoreConfig config = StoreFixture.newDatabase();
    private final TrafficQueries queries = new TrafficQueries(config);

    @AfterEach
    void close() {
        queries.close();
    }

    @Test
    void emptyTablesHaveNothingToShow() {
        assertThat(queries.totals()).isEqualTo(new Totals(0, 0, 0, 0, 0));
        assertThat(queries.lastWindowStart()).isEmpty();
        assertThat(queries.topHosts(10)).isEmpty();
        assertThat(queries.topReferrersBetween(NOON, NEXT, 10)).isEmpty();
        assertThat(queries.topPages(10)).isEmpty();
        assertThat(queries.visitors("a.example")).isEmpty();
    }

    @Test
    void sessionsAreAveragedByHost() {
        assertThat(queries.sessionsByHost(10)).isEmpty();
        try (SessionWriter writer = new SessionWriter(config, SessionFixture.SETTINGS)) {
            writer.write(List.of(
                    SessionFixture.session("v", 0, 1, 2),
                    SessionFixture.session("v", 20),
                    SessionFixture.session("w", 0, 1),
                    SessionFixture.session("w", 20),
                    new VisitorSession(
                            "b.example", "v", SessionFixture.session("v", 0).span())));
        }
        assertThat(queries.sessionsByHost(10))
                .containsExactly(new HostSessions("a.example", 4, 1.75, 0.5), new HostSessions("b.example", 1, 1, 1));
        assertThat(queries.sessionsByHost(1)).hasSize(1);
    }

    @Test
    void ranksHostsAndReferrersOfClosedWindows() {
        try (WindowWriter writer = new WindowWriter(config)) {
            writer.write(
                    List.of(
                            new WindowCounts(NOON, "a.example", Map.of("", 2L, "x", 1L)),
                            new WindowCounts(NOON, "b.example", Map.of("x", 9L)),
                            new WindowCounts(NEXT, "a.example", Map.of("", 20L))),
                    FIVE_MINUTES);
        }
        assertThat(queries.totals()).isEqualTo(new Totals(0, 2, 3, 4, 32));
        assertThat(queries.lastWindowStart()).hasValue(NEXT);
        assertThat(queries.topHosts(10)).containsExactly(new Ranked("a.example", 23), new Ranked("b.example", 9));
        assertThat(queries.topHosts(1)).containsExactly(new Ranked("a.example", 23));
        assertThat(queries.topReferrers(10)).containsExactly(new Ranked("(direct)", 22), new Ranked("x", 10));
        assertThat(queries.topHostsOfWindow(NOON, 10))
                .containsExactly(new Ranked("b.example", 9), new Ranked("a.example", 3));
        assertThat(queries.topReferrersOfWindow(NOON, 10))
                .containsExactly(new Ranked("x", 10), new Ranked("(direct)", 2));
    }

    @Test
    void ranksEventsOfAWindowThatIsStillOpen() {
        try (EventWriter writer = new EventWriter(config)) {
            writer.add(event("a.example", null, NOON), at(0, 0));
            writer.add(event("b.example", "", NEXT - 1), at(0, 1));
            writer.add(event("b.example", "x", NEXT - 1), at(0, 2));
            writer.add(event("b.example", "x", NEXT), at(0, 3));
            writer.flush();
        }
        assertThat(queries.totals().events()).isEqualTo(4);
        assertThat(queries.topHostsBetween(NOON, NEXT, 10))
                .containsExactly(new Ranked("b.example", 2), new Ranked("a.example", 1));
        assertThat(queries.topReferrersBetween(NOON, NEXT, 10))
                .containsExactly(new Ranked("(direct)", 2), new Ranked("x", 1));
    }

    @Test
    void ranksPagesAndMergesVisitors() {
        AggregateTables.prepare(config, Aggregate.DEFAULTS, Duration.ofMinutes(5));
        // Whatever the generation is.
        try (GroupWriter writer = new GroupWriter(config, Aggregate.DEFAULTS)) {
            writer.write(
                    List.of(
                            group("visitors", NOON, "a.example", 5, 1, 2, 3),
                            group("visitors", NEXT, "a.example", 5, 3, 4),
                            group("visitors", NEXT, "b.example", 5, 9),
                            group("page", NOON, "a.example\0/x", 3, 1),
                            group("page", NEXT, "a.example\0/x", 4, 1),
                            group("page", NEXT, "b.example\0/", 5, 1)),
                    FIVE_MINUTES);
        }
        assertThat(queries.visitors("a.example")).hasValue(4);
        assertThat(queries.visitors("nowhere.example")).hasValue(0);
        assertThat(queries.topPages(10)).containsExactly(new Ranked("a.example/x", 7), new Ranked("b.example/", 5));
    }

    private static GroupCount group(String table, long window, String key, long hits, int... visitors) {
        VisitorSketch sketch = new VisitorSketch();
        for (int each : visitors) {
            sketch.add(("v" + each).getBytes(UTF_8));
        }
        String id = Aggregate.DEFAULTS.stream()
                .filter(each -> each.table().equals("processed_events_aggregated_" + table))
                .findFirst()
                .orElseThrow()
                .id();
        return new GroupCount(id, window, window + 300_000, key, hits, sketch.toBytes());
    }
}
