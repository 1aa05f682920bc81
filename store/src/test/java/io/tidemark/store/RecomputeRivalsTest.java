package io.tidemark.store;

import static io.tidemark.store.RecomputeFixture.correctMarked;
import static io.tidemark.store.RecomputeFixture.range;
import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.WindowCounts;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A recomputation beside the aggregate job, corrections, and those who forget and drop. */
class RecomputeRivalsTest {
    private static final long END = NOON + 10 * FIVE_MINUTES;
    private static final String REFERRER = "https://r.example/";
    private static final String HOST = "select num_hits from processed_events_aggregated where host = 'a.example'";
    private static final String MARKS = "select count(*) from window_corrections";

    private final RecomputeFixture database = new RecomputeFixture();
    private final StoreConfig config = database.config;
    private final Corrections corrections = new Corrections(config);
    private final WindowWriter job = new WindowWriter(config);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        threads.shutdownNow();
        corrections.close();
        job.close();
        database.close();
    }

    private void store() {
        database.store("a.example", "aa", "/", NOON);
    }

    private void storeTwoAndDamage() {
        store();
        store();
        database.correct(NOON);
        run(config, "update processed_events_aggregated set num_hits = 9");
        run(config, "update processed_events_aggregated_source set num_hits = 9");
    }

    /** As the job counts that has read so many events of the window. */
    private void count(long hits) {
        job.write(List.of(new WindowCounts(NOON, "a.example", Map.of(REFERRER, hits))), FIVE_MINUTES);
    }

    @Test
    void anEventThatComesBeforeTheComparisonLeavesItsWindowToTheCorrections() {
        storeTwoAndDamage();
        try (RecomputeStore store = database.recompute()) {
            RecomputePlan plan = store.plan(range(NOON, END));
            store();
            List<TableDifference> differences = database.compare(store, plan);
            assertThat(differences).allMatch(each -> each.differing() == 0);
            assertThat(differences.get(0).late()).containsExactly(NOON);
            RecomputeFixture.swap(store, plan, differences);
            assertThat(store.marked()).isOne();
        }
        assertThat(rows(config, HOST)).containsExactly("9");
        assertThat(rows(config, MARKS)).containsExactly("1");
        correctMarked(corrections);
        assertThat(rows(config, "select num_hits from pages")).containsExactly("3");
    }

    /** The job's count is less than the damaged row, so nothing but the mark tells of it. */
    @Test
    void anEventThatComesBetweenComparisonAndSwapIsNotLost() {
        storeTwoAndDamage();
        try (RecomputeStore store = database.recompute()) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            store();
            count(3);
            assertThat(rows(config, HOST)).containsExactly("9");
            RecomputeFixture.swap(store, plan, differences);
        }
        assertThat(rows(config, HOST)).containsExactly("2");
        assertThat(rows(config, MARKS)).containsExactly("1");
        correctMarked(corrections);
        assertThat(rows(config, HOST)).containsExactly("3");
    }

    @Test
    void aMarkThatIsMadeForAnEventAfterTheSwapBeganIsKept() {
        storeTwoAndDamage();
        corrections.mark(List.of(NOON), FIVE_MINUTES);
        try (RecomputeStore store = database.recompute()) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            store.swap(plan, differences.subList(0, 2));
            store();
            // Which does nothing, since there is one.
            corrections.mark(List.of(NOON), FIVE_MINUTES);
            assertThat(store.takeMarks(plan)).isZero();
        }
        assertThat(rows(config, MARKS)).containsExactly("1");
        correctMarked(corrections);
        assertThat(rows(config, HOST)).containsExactly("3");
    }

    @Test
    void whoCountsWhileRowsAreSwappedWaitsAndIsCompared() throws Exception {
        storeTwoAndDamage();
        try (RecomputeStore store = database.recompute();
                Connection other = database.connect();
                Statement hold = other.createStatement()) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            other.setAutoCommit(false);
            // Of the contract's tables it is written last.
            hold.execute("lock table processed_events_aggregated_source in share mode");
            Future<?> swap = threads.submit(() -> store.swap(plan, differences.subList(0, 2)));
            awaitWaiting("recompute");
            store();
            Future<?> counted = threads.submit(() -> count(3));
            awaitWaiting("windows");
            other.rollback();
            swap.get(20, SECONDS);
            counted.get(20, SECONDS);
        }
        assertThat(rows(config, HOST)).containsExactly("3");
        correctMarked(corrections);
        assertThat(rows(config, HOST)).containsExactly("3");
    }

    @Test
    void aRowThatTheJobHasWrittenSinceIsLeftAlone() {
        storeTwoAndDamage();
        run(config, "update processed_events_aggregated set num_hits = 3");
        run(config, "update processed_events_aggregated_source set num_hits = 3");
        try (RecomputeStore store = database.recompute()) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            store();
            store();
            count(4);
            assertThat(store.swap(plan, differences.subList(0, 2))).isZero();
        }
        assertThat(rows(config, HOST)).containsExactly("4");
        assertThat(rows(config, MARKS)).containsExactly("1");
    }

    @Test
    void aCorrectionAndASwapTakeTurns() throws Exception {
        storeTwoAndDamage();
        try (RecomputeStore store = database.recompute();
                Connection other = database.connect();
                Statement hold = other.createStatement()) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            other.setAutoCommit(false);
            hold.execute("select pg_advisory_xact_lock(7103480112)");
            Future<?> swap = threads.submit(() -> RecomputeFixture.swap(store, plan, differences));
            awaitWaiting("recompute");
            store();
            corrections.mark(List.of(NOON), FIVE_MINUTES);
            Future<?> corrected = threads.submit(() -> correctMarked(corrections));
            awaitWaiting("corrections");
            other.rollback();
            swap.get(20, SECONDS);
            corrected.get(20, SECONDS);
        }
        correctMarked(corrections);
        assertThat(rows(config, HOST)).containsExactly("3");
        assertThat(rows(config, "select num_hits from pages")).containsExactly("3");
    }

    @Test
    void nothingIsSwappedOnceSomebodyWasForgottenMeanwhile() {
        storeTwoAndDamage();
        try (RecomputeStore store = database.recompute();
                Forgetting forgetting = new Forgetting(config)) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            forgetting.forget(Person.visitor("aa", null));
            assertThatThrownBy(() -> RecomputeFixture.swap(store, plan, differences))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("Events were forgotten or dropped while it was recomputed");
            assertThatThrownBy(() -> database.compare(store, plan)).isInstanceOf(StoreException.class);
        }
        assertThat(rows(config, HOST)).containsExactly("9");
        database.run(NOON, END);
        assertThat(rows(config, HOST)).containsExactly("2");
    }

    @Test
    void nothingIsSwappedOnceTheHorizonHasMoved() {
        storeTwoAndDamage();
        try (RecomputeStore store = database.recompute()) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            run(config, "update retention_horizon set events_from = '2026-03-02 00:00+00'");
            assertThatThrownBy(() -> RecomputeFixture.swap(store, plan, differences))
                    .hasMessageContaining("were dropped by tidemark retention");
        }
        assertThat(rows(config, HOST)).containsExactly("9");
    }

    @Test
    void aRollupUnderWayIsWaitedForBeforeRowsAreRemoved() throws Exception {
        storeTwoAndDamage();
        run(
                config,
                "insert into processed_events_aggregated (event_hour, host, num_hits) values ('2026-03-01 12:00+00', 'ghost', 1)");
        try (RecomputeStore store = database.recompute()) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            Future<Long> swap;
            try (RollupStore rollup = new RollupStore(config)) {
                swap = threads.submit(() -> store.swap(plan, differences.subList(0, 2)));
                awaitWaiting("recompute");
                assertThat(rollup.sources()).isNotEmpty();
            }
            assertThat(swap.get(20, SECONDS)).isEqualTo(3);
        }
        assertThat(database.run(NOON, END)).isZero();
    }

    /**
     * An event is stored, then counted by the job, or marked and corrected, while one recomputation follows another; now and then a row is
     * damaged. Rows may be above the truth as long as damage is not mended, but never below once the marks are corrected.
     */
    @Test
    void whateverTheOrderNoStoredEventIsLost() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("Recomputing beside a job, seed " + seed);
        Random random = new Random(seed);
        AtomicBoolean ended = new AtomicBoolean();
        Future<Integer> recomputing = threads.submit(() -> {
            int runs = 0;
            while (!ended.get()) {
                database.run(NOON, END);
                runs++;
            }
            return runs;
        });
        Future<?> correcting = threads.submit(() -> {
            try (Corrections own = new Corrections(config)) {
                while (!ended.get()) {
                    own.recomputeMarked();
                }
            }
        });
        Map<Long, Long> read = new TreeMap<>();
        for (int i = 0; i < 400; i++) {
            long window = NOON + random.nextInt(4) * FIVE_MINUTES;
            database.store("a.example", "aa", "/", window + i);
            long hits = read.merge(window, 1L, Long::sum);
            if (random.nextInt(3) == 0) {
                corrections.mark(List.of(window), FIVE_MINUTES);
            } else {
                job.write(List.of(new WindowCounts(window, "a.example", Map.of(REFERRER, hits))), FIVE_MINUTES);
            }
            if (random.nextInt(10) == 0) {
                run(
                        config,
                        "update processed_events_aggregated_source set num_hits = num_hits + 3 where event_hour = "
                                + "timestamptz 'epoch' + %d * interval '1 millisecond'".formatted(window));
            }
        }
        ended.set(true);
        assertThat(recomputing.get(60, SECONDS)).isPositive();
        correcting.get(60, SECONDS);
        correctMarked(corrections);
        for (Map.Entry<Long, Long> each : read.entrySet()) {
            for (String table : List.of("processed_events_aggregated", "processed_events_aggregated_source")) {
                assertThat(rows(
                                config,
                                "select coalesce(sum(num_hits), 0) >= %d from %s where event_hour = timestamptz 'epoch' + %d * interval '1 millisecond'"
                                        .formatted(each.getValue(), table, each.getKey())))
                        .as("%s of %s, %d events", table, each.getKey(), each.getValue())
                        .containsExactly("t");
            }
        }
        database.run(NOON, END);
        assertThat(
                        rows(
                                config,
                                "select extract(epoch from event_hour)::bigint * 1000, num_hits from processed_events_aggregated order by 1"))
                .isEqualTo(read.entrySet().stream()
                        .map(each -> each.getKey() + "|" + each.getValue())
                        .toList());
        assertThat(database.run(NOON, END)).isZero();
    }

    /** Waits until a session waits for a lock. */
    private void awaitWaiting(String purpose) {
        run(config, """
                do $$ begin
                    for i in 1..2000 loop
                        perform pg_stat_clear_snapshot();
                        if exists (select from pg_stat_activity where datname = current_database()
                                and application_name = 'tidemark-%s' and wait_event_type = 'Lock') then
                            return;
                        end if;
                        perform pg_sleep(0.01);
                    end loop;
                    raise exception 'nobody waits';
                end $$""".formatted(purpose));
    }
}
