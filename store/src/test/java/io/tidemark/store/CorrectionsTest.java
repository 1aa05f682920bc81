package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.WindowCounts;
import io.tidemark.store.Corrections.Mark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CorrectionsTest {
    private static final String HOSTS = "select extract(epoch from event_hour)::bigint * 1000, host, num_hits"
            + " from processed_events_aggregated order by 1, 2";
    private static final String REFERRERS = "select host, referrer, num_hits, revision"
            + " from processed_events_aggregated_source order by event_hour, 1, 2";
    private static final String MARKS = "select partition, source_offset from window_corrections order by 1, 2";

    private final StoreConfig config = StoreFixture.newDatabase();
    private final Corrections corrections = new Corrections(config, Duration.ZERO);
    private final EventWriter events = new EventWriter(config);

    @AfterEach
    void close() {
        corrections.close();
        events.close();
    }

    @Test
    void recomputesTheWindowForAllHosts() {
        events.add(event("a.example", null, NOON), at(0, 0));
        events.add(event("a.example", "https://x/", NOON + FIVE_MINUTES - 1), at(0, 1));
        events.add(event("b.example", "", NOON + 1), at(0, 2));
        events.add(event("b.example", null, NOON + 1), at(0, 3));
        events.add(event("a.example", null, NOON - 1), at(0, 4));
        events.add(event("a.example", null, NOON + FIVE_MINUTES), at(0, 5));
        events.flush();
        corrections.mark(List.of(new Mark(NOON, at(0, 1))), FIVE_MINUTES);

        assertThat(corrections.recomputeDue()).isOne();
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|2", NOON + "|b.example|2");
        assertThat(rows(config, REFERRERS))
                .containsExactly("a.example||1|0", "a.example|https://x/|1|0", "b.example||2|0");
        assertThat(rows(config, MARKS)).isEmpty();
        assertThat(corrections.recomputeDue()).isZero();
    }

    @Test
    void waitsForTheLedger() {
        corrections.mark(List.of(new Mark(NOON, at(0, 1)), new Mark(NOON, at(0, 0))), FIVE_MINUTES);
        assertThat(corrections.recomputeDue()).isZero();

        events.add(event("a.example", null, NOON), at(0, 0));
        events.add(event("a.example", null, NOON), at(1, 7));
        events.flush();
        assertThat(corrections.recomputeDue()).isZero();
        assertThat(rows(config, MARKS)).containsExactly("0|1");
        assertThat(rows(config, HOSTS)).isEmpty();

        events.add(event("a.example", null, NOON), at(0, 1));
        events.flush();
        assertThat(corrections.recomputeDue()).isOne();
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|3");
    }

    @Test
    void markThatIsDueDoesNotTakeTheOthersWithIt() {
        corrections.mark(List.of(new Mark(NOON, at(0, 0)), new Mark(NOON, at(1, 0))), FIVE_MINUTES);
        events.add(event("a.example", null, NOON), at(0, 0));
        events.flush();
        assertThat(corrections.recomputeDue()).isOne();
        assertThat(rows(config, MARKS)).containsExactly("1|0");

        events.add(event("a.example", null, NOON), at(1, 0));
        events.flush();
        assertThat(corrections.recomputeDue()).isOne();
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|2");
    }

    @Test
    void markRestsBeforeItsWindowIsRecomputed() {
        events.add(event("a.example", null, NOON), at(0, 0));
        events.flush();
        try (Corrections patient = new Corrections(config, Duration.ofHours(1))) {
            patient.mark(List.of(new Mark(NOON, at(0, 0))), FIVE_MINUTES);
            assertThat(patient.recomputeDue()).isZero();
            run(config, "update window_corrections set due_at = now()");

            assertThat(patient.recomputeDue()).as("due, yet marked just now").isOne();
            assertThat(rows(config, MARKS)).as("so it will be looked at again").containsExactly("0|0");
            assertThat(patient.recomputeDue()).as("after it has rested again").isZero();

            run(config, "update window_corrections set due_at = now(), marked_at = now() - interval '2 hours'");
            assertThat(patient.recomputeDue()).isOne();
            assertThat(rows(config, MARKS)).isEmpty();
        }
    }

    @Test
    void hostIsTheSumOfReferrersThatTwoWritersRaised() {
        try (WindowWriter windows = new WindowWriter(config)) {
            windows.write(List.of(new WindowCounts(NOON, "a.example", Map.of("", 1L, "x", 5L))), FIVE_MINUTES);
        }
        events.add(event("a.example", null, NOON), at(0, 0));
        events.add(event("a.example", null, NOON), at(0, 1));
        events.flush();
        corrections.mark(List.of(new Mark(NOON, at(0, 1))), FIVE_MINUTES);
        assertThat(corrections.recomputeDue()).isOne();
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|7");
    }

    @Test
    void markingAgainKeepsTheHighestOffset() {
        corrections.mark(List.of(new Mark(NOON, at(0, 9))), FIVE_MINUTES);
        corrections.mark(List.of(new Mark(NOON, at(0, 3))), FIVE_MINUTES);
        assertThat(rows(config, MARKS)).containsExactly("0|9");
    }

    @Test
    void correctionOnlyAddsToWhatWasCounted() {
        try (WindowWriter windows = new WindowWriter(config)) {
            windows.write(List.of(new WindowCounts(NOON, "a.example", Map.of("", 1L, "x", 5L))), FIVE_MINUTES);
        }
        events.add(event("a.example", null, NOON), at(0, 0));
        events.add(event("a.example", null, NOON), at(0, 1));
        events.flush();
        corrections.mark(List.of(new Mark(NOON, at(0, 1))), FIVE_MINUTES);
        assertThat(corrections.recomputeDue()).isOne();
        assertThat(rows(config, REFERRERS)).containsExactly("a.example||2|1", "a.example|x|5|0");
    }

    @Test
    void windowsBefore1970AndAnotherTimeZoneAreNoExceptions() {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
        try (Corrections elsewhere = new Corrections(config, Duration.ZERO)) {
            long day = Duration.ofDays(1).toMillis();
            events.add(event("a.example", null, -1), at(0, 0));
            events.add(event("a.example", null, -day), at(0, 1));
            events.add(event("a.example", null, 0), at(0, 2));
            events.flush();
            elsewhere.mark(List.of(new Mark(-day, at(0, 0)), new Mark(0, at(0, 2))), day);
            assertThat(elsewhere.recomputeDue()).isEqualTo(2);
        } finally {
            TimeZone.setDefault(before);
        }
        assertThat(rows(config, HOSTS)).containsExactly("-86400000|a.example|2", "0|a.example|1");
    }

    @Test
    void manyAtOnceRecomputeEachWindowOnce() throws Exception {
        List<Mark> marks = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            long window = NOON + i * FIVE_MINUTES;
            events.add(event("a.example", null, window + i), at(0, 2L * i));
            events.add(event("b.example", "x", window + i), at(0, 2L * i + 1));
            marks.add(new Mark(window, at(0, 2L * i + 1)));
        }
        events.flush();
        corrections.mark(marks, FIVE_MINUTES);

        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Callable<Integer> rival = () -> {
                try (Corrections own = new Corrections(config, Duration.ZERO)) {
                    return own.recomputeDue();
                }
            };
            int recomputed = 0;
            for (Future<Integer> done : threads.invokeAll(Collections.nCopies(3, rival))) {
                recomputed += done.get();
            }
            assertThat(recomputed).isEqualTo(500);
        } finally {
            threads.shutdown();
        }
        assertThat(rows(config, "select count(*), sum(num_hits), max(revision) from processed_events_aggregated"))
                .containsExactly("1000|1000|0");
        assertThat(rows(config, "select count(*), sum(num_hits) from processed_events_aggregated_source"))
                .containsExactly("1000|1000");
    }

    @Test
    void fewWindowsAreFoundByTheIndex() {
        run(config, """
                insert into processed_events (event_timestamp, host, geodata, bot, referrer_source, source_topic_id,
                    source_partition, source_offset)
                select timestamptz '2026-03-01 12:00Z' + n * interval '1 second', 'a.example', repeat('x', 300), false,
                    'direct', '%s', 0, n
                from generate_series(0, 99999) as n""".formatted(StoreFixture.TOPIC));
        run(
                config,
                "insert into ingest_ledger (topic_id, partition, next_offset, stored) values ('" + StoreFixture.TOPIC
                        + "', 0, 100000, 100000)");
        run(config, "vacuum analyze processed_events");
        corrections.mark(
                List.of(new Mark(NOON + FIVE_MINUTES, at(0, 0)), new Mark(NOON + 50 * FIVE_MINUTES, at(0, 1))),
                FIVE_MINUTES);

        assertThat(corrections.recomputeDue()).isEqualTo(2);
        assertThat(rows(config, HOSTS))
                .containsExactly(
                        (NOON + FIVE_MINUTES) + "|a.example|300", (NOON + 50 * FIVE_MINUTES) + "|a.example|300");
        endSessionsSoThatTheyReportTheirStatistics();
        assertThat(rows(
                        config,
                        "select idx_scan > 0 from pg_stat_user_indexes"
                                + " where indexrelname = 'processed_events_event_timestamp'"))
                .containsExactly("t");
    }

    private void endSessionsSoThatTheyReportTheirStatistics() {
        run(
                config,
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
                        + " where application_name = 'tidemark-corrections' and datname = current_database()");
    }
}
