package io.tidemark.store;

import static io.tidemark.store.RecomputeFixture.range;
import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.SlicedWindows;
import io.tidemark.model.WindowCounts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is compared and swapped, where nothing else goes on. */
class RecomputeStoreTest {
    private static final long NEXT = NOON + FIVE_MINUTES;
    private static final long END = NOON + 10 * FIVE_MINUTES;
    private static final String LEFT = "select relname from pg_class where relname like '\\_recompute%'";
    private static final String MARKS =
            "select extract(epoch from window_start)::bigint * 1000 from window_corrections order by 1";

    private final RecomputeFixture database = new RecomputeFixture();
    private final StoreConfig config = database.config;

    @BeforeEach
    void storeFive() {
        database.store("a.example", "aa", "/", NOON);
        database.store("a.example", "bb", "/", NOON + 1);
        database.store("a.example", "aa", "/other?x", NOON + 2);
        database.store("b.example", "aa", "/", NEXT);
        database.store("b.example", "bb", "/", NEXT + FIVE_MINUTES - 1);
        database.correct(NOON, NEXT);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void damage() {
        run(config, "update processed_events_aggregated set num_hits = 9 where host = 'a.example'");
        run(config, "delete from processed_events_aggregated_source where host = 'b.example'");
        run(config, "update pages set num_hits = 1 where host = 'b.example'");
        run(
                config,
                "insert into pages (event_hour, host, path, num_hits, visitors) values"
                        + " ('2026-03-01 12:05+00', 'ghost', E'/\\u001b[31m', 4, 0)");
    }

    @Test
    void nothingDiffersInWhatIsRight() {
        String before = rows(config, "select pg_current_wal_lsn() is not null, max(updated_at) from pages")
                .get(0);
        assertThat(database.run(NOON, END)).isZero();
        assertThat(rows(config, "select pg_current_wal_lsn() is not null, max(updated_at) from pages"))
                .containsExactly(before);
    }

    @Test
    void damagedRowsAreNamedAndMendedAndOthersAreLeftAlone() {
        List<String> right = database.windows();
        String untouched = rows(config, "select updated_at from pages where path = '/other'")
                .get(0);
        damage();
        try (RecomputeStore store = database.recompute()) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            assertThat(differences)
                    .extracting(each -> each.table().table())
                    .containsExactly("processed_events_aggregated", "processed_events_aggregated_source", "pages");
            TableDifference pages = differences.get(2);
            assertThat(pages.onlyStored()).isOne();
            assertThat(pages.onlyRecomputed()).isZero();
            assertThat(pages.changed()).isOne();
            assertThat(pages.hits()).isEqualTo(8);
            assertThat(pages.hitsAfter()).isEqualTo(5);
            assertThat(pages.first())
                    .contains(new TableDifference.Row(NEXT, List.of("ghost", "/\u001b[31m"), 4L, null, 0L, null));
            assertThat(differences.get(1).onlyRecomputed()).isOne();
            assertThat(differences.get(0).first())
                    .containsExactly(new TableDifference.Row(NOON, List.of("a.example"), 9L, 3L, null, null));
            RecomputeFixture.swap(store, plan, differences);
        }
        assertThat(database.windows()).isEqualTo(right);
        assertThat(rows(config, "select updated_at from pages where path = '/other'"))
                .containsExactly(untouched);
        assertThat(rows(config, MARKS)).isEmpty();
        assertThat(rows(config, LEFT)).isEmpty();
        assertThat(database.run(NOON, END)).isZero();
    }

    @Test
    void onlyTheRangeIsSwapped() {
        damage();
        assertThat(database.run(NEXT, NEXT + 1))
                .as("of pages two, of referrers one")
                .isEqualTo(3);
        assertThat(rows(config, "select num_hits from processed_events_aggregated where host = 'a.example'"))
                .containsExactly("9");
    }

    @Test
    void onlyTheTablesThatAreNamedAreSwappedAndMarksStay() {
        damage();
        try (Corrections corrections = new Corrections(config)) {
            corrections.mark(List.of(NOON), FIVE_MINUTES);
        }
        try (RecomputeStore store = database.recompute()) {
            RecomputePlan plan =
                    store.plan(new RecomputePlan.Request(NOON, END, List.of("processed_events_aggregated_source")));
            assertThat(plan.tables()).isEqualTo(RecomputedTable.CONTRACT);
            assertThat(plan.marked()).isOne();
            RecomputeFixture.swap(store, plan, database.compare(store, plan));
        }
        assertThat(rows(config, "select host, num_hits from processed_events_aggregated order by 1"))
                .containsExactly("a.example|3", "b.example|2");
        assertThat(rows(config, "select count(*) from pages where host = 'ghost'"))
                .containsExactly("1");
        assertThat(rows(config, MARKS)).containsExactly("" + NOON);
        assertThatThrownBy(() -> {
                    try (RecomputeStore store = database.recompute()) {
                        store.plan(new RecomputePlan.Request(NOON, END, List.of("nothing")));
                    }
                })
                .isInstanceOf(StoreException.class)
                .hasMessage("There is no table \"nothing\" of windows that are counted; there are"
                        + " processed_events_aggregated, processed_events_aggregated_source, pages");
    }

    @Test
    void marksOfTheRangeAreTakenSinceNothingIsLeftToCorrect() {
        database.store("a.example", "cc", "/", NOON + 3);
        try (Corrections corrections = new Corrections(config)) {
            corrections.mark(List.of(NOON, END), FIVE_MINUTES);
        }
        assertThat(database.run(NOON, END)).isEqualTo(3);
        assertThat(rows(config, MARKS)).containsExactly("" + END);
        assertThat(rows(config, "select sum(num_hits) from pages")).containsExactly("6");
    }

    @Test
    void marksStayThatMayBeForAnAggregateOfWindowsOfItsOwn() {
        Aggregate cumulated = new Aggregate("cumulated", List.of(Dimension.HOST), false)
                .in(SlicedWindows.cumulate(Duration.ofHours(1), Duration.ofMillis(FIVE_MINUTES)));
        AggregateTables.prepare(config, List.of(database.pages, cumulated), Duration.ofMillis(FIVE_MINUTES));
        database.store("a.example", "cc", "/", NOON + 3);
        try (Corrections corrections = new Corrections(config)) {
            corrections.mark(List.of(NOON), FIVE_MINUTES);
        }
        assertThat(database.run(NOON, END)).isEqualTo(3);
        assertThat(rows(config, MARKS)).containsExactly("" + NOON);
        database.correct();
        assertThat(rows(
                        config,
                        "select num_hits from cumulated where host = 'a.example' and window_end = '2026-03-01 12:05Z'"))
                .containsExactly("4");
    }

    @Test
    void rowsThatAreRemovedAreRolledUpAgain() {
        run(config, """
                create table pages_hour (period_start timestamptz primary key, complete boolean not null, updated_at timestamptz);
                insert into pages_hour values ('2026-03-01 11:00+00', true, now()), ('2026-03-01 12:00+00', true, now());
                insert into rollup_progress (table_name, grain, touched_from, complete_to)
                values ('pages', 'hour', now(), '2026-03-02')""");
        damage();
        database.run(NOON, END);
        assertThat(
                        rows(
                                config,
                                "select extract(hour from period_start at time zone 'UTC'), complete from pages_hour order by 1"))
                .containsExactly("11|t", "12|f");
        assertThat(rows(config, "select complete_to = timestamptz '2026-03-01 12:00+00' from rollup_progress"))
                .containsExactly("t");
    }

    @Test
    void windowsThatAreNotClosedAreLeftOut() {
        run(config, "update aggregate_progress set watermark_ms = " + (NEXT - 1));
        try (RecomputeStore store = database.recompute()) {
            RecomputePlan plan = store.plan(range(NOON + 1, END));
            assertThat(plan.fromMillis()).isEqualTo(NOON);
            assertThat(plan.toMillis()).isEqualTo(NEXT);
            assertThat(plan.open()).isTrue();
            assertThatThrownBy(() -> store.plan(range(NEXT, END)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("closed windows up to 2026-03-01T12:05:00Z");
            assertThat(store.plan(range(NOON - FIVE_MINUTES, NEXT - 1)).open()).isFalse();
        }
    }

    @Test
    void windowsWhoseEventsWereDroppedAreRefused() {
        Clock later =
                Clock.fixed(Instant.ofEpochMilli(NOON + Duration.ofDays(10).toMillis()), ZoneOffset.UTC);
        try (Retention retention = new Retention(config, later)) {
            retention.run(new RetentionRules(OptionalInt.of(9), OptionalInt.empty(), false), each -> {});
        }
        try (RecomputeStore store = database.recompute()) {
            assertThatThrownBy(() -> store.plan(range(NOON, END)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("Events from before 2026-03-02T00:00:00Z were dropped")
                    .hasMessageContaining("Begin with --from 2026-03-02T00:00:00Z");
        }
    }

    @Test
    void windowsByProcessingTimeAndThoseOfNobodyAreRefused() {
        run(config, "update aggregate_settings set time = 'processing'");
        try (RecomputeStore store = database.recompute()) {
            assertThatThrownBy(() -> store.plan(range(NOON, END))).hasMessageContaining("by processing time");
            run(config, "delete from aggregate_settings");
            assertThatThrownBy(() -> store.plan(range(NOON, END))).hasMessageContaining("No windows are counted");
        }
    }

    @Test
    void whatWasForgottenIsStillCounted() {
        List<String> right = database.windows();
        try (Forgetting forgetting = new Forgetting(config)) {
            forgetting.forget(Person.visitor("aa", null));
        }
        assertThat(database.run(NOON, END)).isZero();
        damage();
        assertThat(database.run(NOON, END)).isPositive();
        assertThat(database.windows()).isEqualTo(right);
    }

    @Test
    void onlyOneRunIsUnderWayAtATime() {
        try (RecomputeStore first = database.recompute()) {
            assertThatThrownBy(database::recompute).hasMessageContaining("Another recomputation is under way");
            assertThat(first.plan(range(NOON, END)).whole()).isTrue();
        }
    }

    @Test
    void aKilledRunLeavesTheTablesAsTheyAreAndTheNextOneClearsAway() {
        damage();
        List<String> damaged = database.windows();
        try (RecomputeStore killed = database.recompute()) {
            RecomputePlan plan = killed.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(killed, plan);
            assertThat(rows(config, LEFT)).hasSize(3);
            run(config, """
                    select pg_terminate_backend(pid, 10000) from pg_stat_activity
                    where datname = current_database() and application_name like 'tidemark-recomp%'""");
            // As where Postgres has crashed, which empties the tables of what was recomputed.
            assertThatThrownBy(() -> RecomputeFixture.swap(killed, plan, differences))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("the turn of the recomputation is lost");
            assertThat(database.windows()).isEqualTo(damaged);
            database.recompute().close();
            assertThat(rows(config, LEFT)).isEmpty();
        }
        assertThat(database.run(NOON, END)).isPositive();
    }

    @Test
    void aTableThatWasMadeAnewMeanwhileIsNotSwapped() {
        damage();
        try (RecomputeStore store = database.recompute()) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            run(config, "update aggregate_tables set created_at = created_at + interval '1 second'");
            assertThatThrownBy(() -> RecomputeFixture.swap(store, plan, differences))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("Table \"pages\" is not counted any more, or was made anew");
        }
    }

    @Test
    void aHostIsNeverBelowItsReferrers() {
        damage();
        try (RecomputeStore store = database.recompute();
                WindowWriter job = new WindowWriter(config)) {
            RecomputePlan plan = store.plan(range(NOON, END));
            List<TableDifference> differences = database.compare(store, plan);
            job.write(List.of(new WindowCounts(NOON, "a.example", Map.of("https://r.example/", 4L))), FIVE_MINUTES);
            RecomputeFixture.swap(store, plan, differences);
        }
        assertThat(rows(config, "select num_hits from processed_events_aggregated where host = 'a.example'"))
                .containsExactly("4");
    }
}
