package io.tidemark.store;

import static io.tidemark.store.FaultyConnections.Commit.ANSWER_LOST;
import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.WindowCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class WindowWriterTest {
    private static final String HOSTS = "select extract(epoch from event_hour)::bigint * 1000, host, num_hits, revision"
            + " from processed_events_aggregated order by 1, 2";
    private static final String REFERRERS =
            "select extract(epoch from event_hour)::bigint * 1000, host, referrer, num_hits, revision"
                    + " from processed_events_aggregated_source order by 1, 2, 3";
    private static final String UNEQUAL_SUMS = """
            select * from processed_events_aggregated h
            full join (select event_hour, host, sum(num_hits) as hits from processed_events_aggregated_source group by 1, 2) r
                using (event_hour, host)
            where h.num_hits is distinct from r.hits""";

    private final StoreConfig config = StoreFixture.newDatabase();

    @Test
    void storesBothTables() {
        write(
                new WindowCounts(NOON, "b.example", Map.of("", 3L, "https://x/", 4L)),
                new WindowCounts(NOON, "a.example", Map.of("it's \\ \"quoted\", {x}\tNULL", 1L)),
                new WindowCounts(-FIVE_MINUTES, "a.example", Map.of("NULL", 2L)));

        assertThat(rows(config, HOSTS))
                .containsExactly("-300000|a.example|2|0", NOON + "|a.example|1|0", NOON + "|b.example|7|0");
        assertThat(rows(config, REFERRERS))
                .containsExactly(
                        "-300000|a.example|NULL|2|0",
                        NOON + "|a.example|it's \\ \"quoted\", {x}\tNULL|1|0",
                        NOON + "|b.example||3|0",
                        NOON + "|b.example|https://x/|4|0");
    }

    @Test
    void writingAgainChangesNothing() {
        WindowCounts window = new WindowCounts(NOON, "a.example", Map.of("", 3L));
        write(window);
        write(window);
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|3|0");
        assertThat(rows(config, REFERRERS)).containsExactly(NOON + "|a.example||3|0");
    }

    @Test
    void lateEventRevisesItsWindow() {
        write(new WindowCounts(NOON, "a.example", Map.of("", 3L)));
        write(new WindowCounts(NOON, "a.example", Map.of("", 3L, "https://x/", 1L)));
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|4|1");
        assertThat(rows(config, REFERRERS))
                .containsExactly(NOON + "|a.example||3|0", NOON + "|a.example|https://x/|1|0");
    }

    @Test
    void olderCountsTakeNothingBack() {
        write(new WindowCounts(NOON, "a.example", Map.of("", 5L)));
        write(new WindowCounts(NOON, "a.example", Map.of("", 4L)));
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|5|0");
        assertThat(rows(config, REFERRERS)).containsExactly(NOON + "|a.example||5|0");
    }

    @Test
    void hostIsTheSumOfReferrersThatTwoWritersRaised() {
        write(new WindowCounts(NOON, "a.example", Map.of("", 5L, "x", 3L)));
        write(new WindowCounts(NOON, "a.example", Map.of("", 4L, "x", 6L)));
        assertThat(rows(config, UNEQUAL_SUMS)).isEmpty();
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|11|2");
    }

    @Test
    void sameWindowTwiceInABatchIsStoredAtItsHighest() {
        write(
                new WindowCounts(NOON, "a.example", Map.of("", 2L, "x", 1L)),
                new WindowCounts(NOON, "a.example", Map.of("", 3L, "x", 1L)),
                new WindowCounts(NOON, "a.example", Map.of("", 1L)));
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|4|0");
        assertThat(rows(config, UNEQUAL_SUMS)).isEmpty();
    }

    @Test
    void sessionAndMachineInAnotherTimeZoneShiftNoWindow() {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
        try {
            write(new WindowCounts(NOON, "a.example", Map.of("", 1L)));
            try (TrafficQueries queries = new TrafficQueries(config)) {
                assertThat(queries.lastWindowStart()).hasValue(NOON);
            }
        } finally {
            TimeZone.setDefault(before);
        }
        assertThat(rows(config, "select event_hour at time zone 'UTC' from processed_events_aggregated"))
                .containsExactly("2026-03-01 12:00:00");
    }

    @Test
    void windowOfManyReferrersIsStoredWhole() {
        Map<String, Long> hits = new HashMap<>();
        for (int i = 0; i < 12_345; i++) {
            hits.put("https://referrer.example/" + i, 1L + i % 3);
        }
        WindowCounts window = new WindowCounts(NOON, "a.example", hits);
        write(window, new WindowCounts(NOON, "b.example", Map.of("", 1L)));
        assertThat(rows(config, "select count(*) from processed_events_aggregated_source"))
                .containsExactly("12346");
        assertThat(rows(config, "select num_hits from processed_events_aggregated order by host"))
                .containsExactly(Long.toString(window.hits()), "1");
        assertThat(rows(config, UNEQUAL_SUMS)).isEmpty();
    }

    @Test
    void rivalWritersAgreeOnTheHighestCounts() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> rivals = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                long hits = i;
                rivals.add(() -> {
                    List<WindowCounts> windows = new ArrayList<>();
                    for (int host = 0; host < 200; host++) {
                        windows.add(new WindowCounts(NOON, "host" + host, Map.of("", hits, "x", hits)));
                    }
                    Collections.shuffle(windows, new Random(hits));
                    write(windows.toArray(WindowCounts[]::new));
                    return true;
                });
            }
            for (Future<Boolean> rival : threads.invokeAll(rivals)) {
                assertThat(rival.get()).isTrue();
            }
        } finally {
            threads.shutdown();
        }
        assertThat(rows(config, "select distinct num_hits from processed_events_aggregated"))
                .containsExactly("8");
        assertThat(rows(config, UNEQUAL_SUMS)).isEmpty();
    }

    @Test
    void lostAnswerToACommitChangesNothing() {
        FaultyConnections connections = new FaultyConnections(config);
        connections.nextCommits(ANSWER_LOST);
        try (WindowWriter writer = new WindowWriter(connections.patient())) {
            writer.write(List.of(new WindowCounts(NOON, "a.example", Map.of("", 3L))), FIVE_MINUTES);
        }
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|3|0");
    }

    @Test
    void windowsOfAnotherSizeThanClaimedAreRefused() {
        WindowSettings.claim(config, Duration.ofSeconds(10), "event");
        assertThatThrownBy(() -> write(new WindowCounts(NOON, "a.example", Map.of("", 3L))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("claimed for 10s windows")
                .hasMessageContaining("counts 5m windows");
        assertThat(rows(config, HOSTS)).isEmpty();
    }

    private void write(WindowCounts... windows) {
        try (WindowWriter writer = new WindowWriter(config)) {
            writer.write(List.of(windows), FIVE_MINUTES);
        }
    }
}
