package io.tidemark.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.store.Forgetting;
import io.tidemark.store.Person;
import io.tidemark.store.RecomputePlan;
import io.tidemark.store.RecomputePlan.Request;
import io.tidemark.store.StoreException;
import io.tidemark.store.TableDifference;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecomputeIT {
    private static final long FROM = Instant.parse("2026-02-28T20:00:00Z").toEpochMilli();
    private static final long TO = Instant.parse("2026-03-02T04:00:00Z").toEpochMilli();
    private static final List<Aggregate> AGGREGATES = List.of(
            new Aggregate("visitors_by_host", List.of(Dimension.HOST), true),
            new Aggregate("pages", List.of(Dimension.HOST, Dimension.PATH), true),
            new Aggregate("robots", List.of(Dimension.BOT, Dimension.BROWSER), false));

    private static @Nullable SparkSession spark;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.shuffle.partitions", 3)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate();
    }

    @AfterAll
    static void stop() {
        session().stop();
    }

    private static SparkSession session() {
        if (spark == null) {
            throw new IllegalStateException("not started");
        }
        return spark;
    }

    private static List<TableDifference> run(Events events, boolean dryRun) {
        List<TableDifference> differences = new ArrayList<>();
        Request request = new Request(FROM, TO, List.of());
        new Recompute(
                        RecomputeIT::session,
                        events.config,
                        new RecomputeOptions(request, dryRun, 3),
                        new Recompute.Listener() {
                            @Override
                            public void begins(RecomputePlan plan) {}

                            @Override
                            public void compared(TableDifference difference) {
                                differences.add(difference);
                            }

                            @Override
                            public void swapped(List<String> tables, long rows) {}

                            @Override
                            public void ended(int corrected, int taken) {
                                assertThat(corrected).isZero();
                            }
                        })
                .run();
        return differences;
    }

    private static long differing(List<TableDifference> differences) {
        return differences.stream().mapToLong(TableDifference::differing).sum();
    }

    @Test
    void damagedWindowsComeOutAsTheCorrectionsCountThem() throws SQLException {
        long seed = new Random().nextLong();
        System.out.println("Recomputing random events, seed " + seed);
        Random random = new Random(seed);
        try (Events events = new Events(AGGREGATES)) {
            events.addRandom(6_000, FROM, TO, random);
            // Of a window with so many visitors that estimates depend on the order in which they come.
            events.addRandom(3_000, FROM, FROM + Events.SIZE, random);
            events.correct();
            Map<String, Events.Row> right = events.tables();

            assertThat(differing(run(events, true))).isZero();
            events.execute("select setseed(" + random.nextDouble() + ")");
            for (String table : List.of(
                    "processed_events_aggregated",
                    "processed_events_aggregated_source",
                    "visitors_by_host",
                    "pages",
                    "robots")) {
                events.execute("update %s set num_hits = num_hits + 1 where random() < 0.1".formatted(table));
                events.execute(
                        "update %s set num_hits = num_hits - 1 where num_hits > 1 and random() < 0.1".formatted(table));
                events.execute("delete from %s where random() < 0.1".formatted(table));
            }
            events.execute("insert into processed_events_aggregated_source (event_hour, host, referrer, num_hits)"
                    + " select event_hour, host, 'no event', 7 from processed_events_aggregated where random() < 0.1");
            events.execute("update pages p set visitors_sketch = o.visitors_sketch, visitors = o.visitors from pages o"
                    + " where o.event_hour = p.event_hour - interval '5 minutes' and random() < 0.1");
            events.execute("update visitors_by_host set visitors = visitors + 1 where random() < 0.1");
            events.execute("update visitors_by_host set visitors_sketch = '\\x0102' where random() < 0.1");

            long found = differing(run(events, true));
            assertThat(found).isPositive();
            assertThat(differing(run(events, true))).as("nothing was changed").isEqualTo(found);
            List<TableDifference> mended = run(events, false);
            assertThat(differing(mended)).isEqualTo(found);
            assertThat(mended).allMatch(each -> each.late().isEmpty());
            assertThat(events.tables()).isEqualTo(right);
            assertThat(differing(run(events, false))).isZero();
            assertThat(events.rows("select relname from pg_class where relname like '\\_recompute%'"))
                    .isEmpty();
        }
    }

    @Test
    void tablesThatAreEmptyAreFilled() throws SQLException {
        Random random = new Random(1);
        try (Events events = new Events(AGGREGATES)) {
            events.addRandom(2_000, FROM, TO, random);
            events.correct();
            Map<String, Events.Row> right = events.tables();
            events.execute("truncate processed_events_aggregated, processed_events_aggregated_source,"
                    + " visitors_by_host, pages, robots");
            assertThat(run(events, false)).allMatch(each -> each.onlyRecomputed() > 0 && each.hitsAfter() == 2_000);
            assertThat(events.tables()).isEqualTo(right);
        }
    }

    @Test
    void rowsOfNoEventAtAllAreRemoved() throws SQLException {
        try (Events events = new Events(AGGREGATES)) {
            events.execute("insert into processed_events_aggregated (event_hour, host, num_hits)"
                    + " values ('2026-03-01 12:00+00', 'a.example', 2)");
            assertThat(run(events, false).get(0).onlyStored()).isOne();
            assertThat(events.tables()).isEmpty();
        }
    }

    @Test
    void sketchesOfVisitorsOfWhomSomeWereForgottenStay() throws SQLException {
        try (Events events = new Events(AGGREGATES)) {
            for (String visitor : List.of("00000000000000aa", "00000000000000bb", "00000000000000cc")) {
                events.add(new EnrichedEvent(
                        "a.example",
                        FROM,
                        "192.0.2.0",
                        "/" + visitor.endsWith("a"),
                        null,
                        null,
                        visitor,
                        EnrichedEvent.Geo.UNKNOWN,
                        EnrichedEvent.Client.UNKNOWN,
                        EnrichedEvent.ReferrerSource.DIRECT,
                        EnrichedEvent.Campaign.NONE));
            }
            events.flush();
            events.correct();
            Map<String, Events.Row> right = events.tables();
            try (Forgetting forgetting = new Forgetting(events.config)) {
                forgetting.forget(Person.visitor("00000000000000aa", null));
                forgetting.forget(Person.visitor("00000000000000bb", null));
            }
            assertThat(differing(run(events, false))).isZero();
            assertThat(events.tables()).isEqualTo(right);
            events.execute("update pages set num_hits = 5");
            run(events, false);
            assertThat(events.rows("select num_hits || ' ' || visitors from pages order by path"))
                    .containsExactly("2 1", "1 0");
        }
    }

    /** As by spark-submit, on this machine, with what it says and its exit codes. */
    @Test
    void theProgramShowsWhatDiffersAndMendsIt() throws Exception {
        try (Events events = new Events(AGGREGATES)) {
            events.addRandom(300, FROM, TO, new Random(2));
            events.correct();
            events.execute("update robots set num_hits = num_hits + 1000");
            try (SparkProcess dry = program(events, "dry", "--dry-run", "--limit=2")) {
                assertThat(dry.exitCode()).as(dry.said()).isOne();
                assertThat(dry.said())
                        .contains("Windows from 2026-02-28T20:00:00Z to 2026-03-02T04:00:00Z (384 of 5m)")
                        .contains("processed_events_aggregated: ", "300 hits, as recomputed")
                        .contains("robots: ", "0 only in the table, 0 missing, ", " hits, recomputed ", "… and ")
                        .contains(". Nothing was changed");
            }
            try (SparkProcess run = program(events, "run")) {
                assertThat(run.exitCode()).as(run.said()).isZero();
                assertThat(run.said()).contains("rows swapped", "300 rows read");
            }
            try (SparkProcess again = program(events, "again", "--dry-run")) {
                assertThat(again.exitCode()).as(again.said()).isZero();
                assertThat(again.said()).contains("All rows are as recomputed");
            }
            try (SparkProcess wrong = program(events, "wrong", "--table=none")) {
                assertThat(wrong.exitCode()).isOne();
                assertThat(wrong.said()).contains("tidemark-rollup: There is no table \"none\"");
            }
        }
    }

    private SparkProcess program(Events events, String name, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "io.tidemark.rollup.RecomputeMain", "--from=2026-02-28T20:00:00Z", "--to=2026-03-02T04:00:00Z"));
        words.addAll(List.of(options));
        return SparkProcess.start(
                folder.resolve(name + ".out"),
                Map.of("TIDEMARK_POSTGRES", events.url.replace("jdbc:", ""), "TIDEMARK_POSTGRES_PASSWORD", ""),
                words.toArray(String[]::new));
    }

    @Test
    void whatCannotBeRecomputedIsRefusedBeforeSparkStarts() {
        try (Events events = new Events(AGGREGATES)) {
            Recompute recompute = new Recompute(
                    () -> {
                        throw new AssertionError("started");
                    },
                    events.config,
                    new RecomputeOptions(new Request(FROM, TO, List.of("none")), false, 1),
                    new RecomputePrinter(new PrintWriter(Writer.nullWriter()), false));
            assertThatThrownBy(recompute::run).isInstanceOf(StoreException.class);
        }
    }
}
