package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.WindowCounts;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CorrectionsTest {
    private static final String HOSTS = "select extract(epoch from event_hour)::bigint * 1000, host, num_hits"
            + " from processed_events_aggregated order by 1, 2";
    private static final String REFERRERS = "select host, referrer, num_hits, revision"
            + " from processed_events_aggregated_source order by event_hour, 1, 2";
    private static final String MARKS =
            "select extract(epoch from window_start)::bigint * 1000 from window_corrections order by 1";

    private final StoreConfig config = StoreFixture.newDatabase();
    private final Corrections corrections = new Corrections(config);
    private final EventWriter events = new EventWriter(config);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger corrected = new AtomicInteger();

    @AfterEach
    void close() {
        threads.shutdownNow();
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
        corrections.mark(List.of(NOON), FIVE_MINUTES);

        assertThat(corrections.recomputeMarked()).isOne();
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|2", NOON + "|b.example|2");
        assertThat(rows(config, REFERRERS))
                .containsExactly("a.example||1|0", "a.example|https://x/|1|0", "b.example||2|0");
        assertThat(rows(config, MARKS)).isEmpty();
        assertThat(corrections.recomputeMarked()).isZero();
    }

    @Test
    void hostIsTheSumOfReferrersThatTwoWritersRaised() {
        try (WindowWriter windows = new WindowWriter(config)) {
            windows.write(List.of(new WindowCounts(NOON, "a.example", Map.of("", 1L, "x", 5L))), FIVE_MINUTES);
        }
        events.add(event("a.example", null, NOON), at(0, 0));
        events.add(event("a.example", null, NOON), at(0, 1));
        events.flush();
        corrections.mark(List.of(NOON), FIVE_MINUTES);
        assertThat(corrections.recomputeMarked()).isOne();
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|7");
    }

    @Test
    void correctionOnlyAddsToWhatWasCounted() {
        try (WindowWriter windows = new WindowWriter(config)) {
            windows.write(List.of(new WindowCounts(NOON, "a.example", Map.of("", 1L, "x", 5L))), FIVE_MINUTES);
        }
        events.add(event("a.example", null, NOON), at(0, 0));
        events.add(event("a.example", null, NOON), at(0, 1));
        events.flush();
        corrections.mark(List.of(NOON), FIVE_MINUTES);
        assertThat(corrections.recomputeMarked()).isOne();
        assertThat(rows(config, REFERRERS)).containsExactly("a.example||2|1", "a.example|x|5|0");
    }

    @Test
    void windowsBefore1970AndAnotherTimeZoneAreNoExceptions() {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
        try (Corrections elsewhere = new Corrections(config)) {
            long day = Duration.ofDays(1).toMillis();
            events.add(event("a.example", null, -1), at(0, 0));
            events.add(event("a.example", null, -day), at(0, 1));
            events.add(event("a.example", null, 0), at(0, 2));
            events.flush();
            elsewhere.mark(List.of(-day, 0L), day);
            assertThat(elsewhere.recomputeMarked()).isEqualTo(2);
        } finally {
            TimeZone.setDefault(before);
        }
        assertThat(rows(config, HOSTS)).containsExactly("-86400000|a.example|2", "0|a.example|1");
    }

    @Test
    void manyAtOnceRecomputeEachWindowOnce() throws Exception {
        List<Long> marks = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            long window = NOON + i * FIVE_MINUTES;
            events.add(event("a.example", null, window + i), at(0, 2L * i));
            events.add(event("b.example", "x", window + i), at(0, 2L * i + 1));
            marks.add(window);
        }
        events.flush();
        corrections.mark(marks, FIVE_MINUTES);

        Callable<Integer> rival = () -> {
            try (Corrections own = new Corrections(config)) {
                return own.recomputeMarked();
            }
        };
        int recomputed = 0;
        for (Future<Integer> done : threads.invokeAll(Collections.nCopies(3, rival))) {
            recomputed += done.get();
        }
        assertThat(recomputed).isEqualTo(500);
        assertThat(rows(config, "select count(*), sum(num_hits), max(revision) from processed_events_aggregated"))
                .containsExactly("1000|1000|0");
        assertThat(rows(config, "select count(*), sum(num_hits) from processed_events_aggregated_source"))
                .containsExactly("1000|1000");
    }

    @Test
    void fewWindowsAreFoundByTheIndex() {
        StoreFixture.partitionForAll(config);
        run(config, """
                insert into processed_events (event_timestamp, host, geodata, bot, referrer_source, source_topic_id,
                    source_partition, source_offset)
                select timestamptz '2026-03-01 12:00Z' + n * interval '1 second', 'a.example', repeat('x', 300), false,
                    'direct', '%s', 0, n
                from generate_series(0, 99999) as n""".formatted(StoreFixture.TOPIC));
        run(config, "vacuum analyze processed_events");
        corrections.mark(List.of(NOON + FIVE_MINUTES, NOON + 50 * FIVE_MINUTES), FIVE_MINUTES);

        assertThat(corrections.recomputeMarked()).isEqualTo(2);
        assertThat(rows(config, HOSTS))
                .containsExactly(
                        (NOON + FIVE_MINUTES) + "|a.example|300", (NOON + 50 * FIVE_MINUTES) + "|a.example|300");
        endSessionsSoThatTheyReportTheirStatistics();
        assertThat(rows(
                        config,
                        "select idx_scan > 0 from pg_stat_user_indexes"
                                + " where indexrelname = 'all_days_event_timestamp_idx'"))
                .containsExactly("t");
    }

    @Test
    void markingAgainChangesNothing() {
        corrections.mark(List.of(NOON, NOON), FIVE_MINUTES);
        corrections.mark(List.of(NOON + FIVE_MINUTES, NOON), FIVE_MINUTES);
        assertThat(rows(config, MARKS)).containsExactly("" + NOON, "" + (NOON + FIVE_MINUTES));
    }

    @Test
    void windowMarkedAgainWhileItWaitsItsTurnIsCountedWithTheNewEvent() throws Exception {
        run(config, "alter database " + databaseName() + " set default_transaction_isolation = 'repeatable read'");
        store(0);
        corrections.mark(List.of(NOON), FIVE_MINUTES);
        try (Connection other = connect();
                Corrections marker = new Corrections(config)) {
            hold(other, "select pg_advisory_xact_lock(7103480112)");
            Future<Integer> turn = threads.submit(corrections::recomputeMarked);
            awaitWaiting("corrections");

            store(1);
            marker.mark(List.of(NOON), FIVE_MINUTES);
            other.rollback();

            assertThat(turn.get(20, SECONDS)).isOne();
        }
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|2");
        assertThat(rows(config, MARKS)).isEmpty();
    }

    @Test
    void windowMarkedAgainWhileItIsRecomputedIsRecomputedOnceMore() throws Exception {
        store(0);
        corrections.mark(List.of(NOON), FIVE_MINUTES);
        try (Connection other = connect();
                Corrections marker = new Corrections(config)) {
            // What the turn writes last; it has taken the mark and counted by then.
            hold(other, "lock table processed_events_aggregated_source in share mode");
            Future<Integer> turn = threads.submit(corrections::recomputeMarked);
            awaitWaiting("corrections");

            store(1);
            Future<?> marked = threads.submit(() -> marker.mark(List.of(NOON), FIVE_MINUTES));
            awaitWaiting("corrections", 2);
            other.rollback();

            assertThat(turn.get(20, SECONDS)).isOne();
            marked.get(20, SECONDS);
        }
        assertThat(rows(config, MARKS)).as("marked anew").containsExactly("" + NOON);
        assertThat(corrections.recomputeMarked()).isOne();
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|2");
    }

    @Test
    void markOutlivesATurnThatFails() throws Exception {
        store(0);
        corrections.mark(List.of(NOON), FIVE_MINUTES);
        run(config, "alter table processed_events_aggregated add constraint none check (false) not valid");

        assertThatThrownBy(corrections::recomputeMarked).isInstanceOf(StoreException.class);
        assertThat(rows(config, MARKS)).containsExactly("" + NOON);

        run(config, "alter table processed_events_aggregated drop constraint none");
        assertThat(corrections.recomputeMarked()).isOne();
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|1");
    }

    /** Whatever the order of storing, marking and recomputing, no stored event that was marked stays uncounted. */
    @Test
    void rivalsThatMarkAndRecomputeLoseNoEvent() throws Exception {
        int events = 300;
        Callable<Void> rival = () -> {
            try (Corrections own = new Corrections(config)) {
                while (corrected.get() < events) {
                    own.recomputeMarked();
                }
            }
            return null;
        };
        List<Future<Void>> rivals = List.of(threads.submit(rival), threads.submit(rival));
        for (int i = 0; i < events; i++) {
            store(i);
            corrections.mark(List.of(NOON), FIVE_MINUTES);
            corrected.incrementAndGet();
        }
        for (Future<Void> each : rivals) {
            each.get(60, SECONDS);
        }
        corrections.recomputeMarked();
        assertThat(rows(config, HOSTS)).containsExactly(NOON + "|a.example|" + events);
    }

    private void store(long offset) {
        events.add(event("a.example", null, NOON), at(0, offset));
        events.flush();
    }

    private String databaseName() {
        return rows(config, "select current_database()").get(0);
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(config.jdbcUrl(), config.user(), config.password());
        connection.setAutoCommit(false);
        return connection;
    }

    private static void hold(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void awaitWaiting(String purpose) {
        awaitWaiting(purpose, 1);
    }

    /** Waits until so many sessions wait for a lock. */
    private void awaitWaiting(String purpose, int sessions) {
        run(config, """
                do $$ begin
                    for i in 1..2000 loop
                        perform pg_stat_clear_snapshot();
                        if (select count(*) from pg_stat_activity where datname = current_database()
                                and application_name = 'tidemark-%s' and wait_event_type = 'Lock') >= %d then
                            return;
                        end if;
                        perform pg_sleep(0.01);
                    end loop;
                    raise exception 'nobody waits';
                end $$""".formatted(purpose, sessions));
    }

    private void endSessionsSoThatTheyReportTheirStatistics() {
        run(
                config,
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
                        + " where application_name = 'tidemark-corrections' and datname = current_database()");
    }
}
