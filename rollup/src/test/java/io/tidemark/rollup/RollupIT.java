package io.tidemark.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.tidemark.model.Grain;
import io.tidemark.store.StoreException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RollupIT {
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final long NOON = millis("2026-03-01T12:00:00Z");
    private static final RollupOptions ALL = new RollupOptions(Grain.MONTH, null, null, null, false);

    private static @Nullable SparkSession spark;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.shuffle.partitions", 2)
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

    /** What a run did, of the tables in which it did something. */
    private static List<Rollup.Done> run(Windows windows, RollupOptions options) {
        List<Rollup.Done> done = new ArrayList<>();
        new Rollup(RollupIT::session, windows.config, options, new Rollup.Listener() {
                    @Override
                    public void begins(int step, int steps, String table) {}

                    @Override
                    public void done(Rollup.Done each) {
                        if (each.periods() > 0) {
                            done.add(each);
                        }
                    }

                    @Override
                    public void leftOut(String table, String reason) {
                        throw new AssertionError(table + " " + reason);
                    }
                })
                .run();
        return done;
    }

    private static RollupOptions in(ZoneId zone) {
        return new RollupOptions(Grain.MONTH, null, null, zone, false);
    }

    private static RollupOptions range(String from, String to) {
        return new RollupOptions(Grain.MONTH, TimeText.parse(from), TimeText.parse(to), null, false);
    }

    private static void requireRight(Windows windows, ZoneId zone) throws SQLException {
        for (Grain grain : Grain.values()) {
            assertThat(windows.hits("processed_events_aggregated", "host", grain))
                    .as("hits by host and %s", grain)
                    .isEqualTo(windows.expectedHits("processed_events_aggregated", "host", grain, zone));
            assertThat(windows.hits("processed_events_aggregated_source", "host, referrer", grain))
                    .as("hits by referrer and %s", grain)
                    .isEqualTo(
                            windows.expectedHits("processed_events_aggregated_source", "host, referrer", grain, zone));
            assertThat(windows.visitors(grain))
                    .as("visitors by %s", grain)
                    .isEqualTo(windows.expectedVisitors(grain, zone));
        }
    }

    /** Half hours, days of 23 and 25 hours, a day that begins at one. */
    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "America/St_Johns", "America/Sao_Paulo"})
    void whateverIsWrittenBetweenRunsTheRollupsAreThoseOfAllWindows(String name) throws SQLException {
        ZoneId zone = ZoneId.of(name);
        long seed = new Random().nextLong();
        System.out.println("Rolling up random windows, seed " + seed);
        Random random = new Random(seed);
        long[] around = {
            millis("2026-03-29T01:00:00Z"),
            millis("2026-10-25T01:00:00Z"),
            millis("2018-11-04T03:00:00Z"),
            millis("2018-12-31T23:00:00Z"),
            millis("2025-03-09T07:00:00Z")
        };
        try (Windows windows = new Windows()) {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 120; i++) {
                    long near = around[random.nextInt(around.length)]
                            + random.nextInt(800) * Windows.SIZE
                            - 400 * Windows.SIZE;
                    windows.hit(
                            near,
                            "h" + random.nextInt(2),
                            random.nextBoolean() ? "" : "https://r.test/" + random.nextInt(2),
                            "v" + random.nextInt(40));
                }
                run(windows, in(zone));
                requireRight(windows, zone);
            }
            assertThat(run(windows, ALL)).extracting(Rollup.Done::rows).allMatch(rows -> rows == 0);
        }
    }

    @Test
    void aLateWindowTouchesItsHourItsDayAndItsMonthOnly() throws SQLException {
        try (Windows windows = new Windows()) {
            for (int i = 0; i < 50; i++) {
                windows.hit(NOON + i * 3_600_000L, "a.test", "", "v");
            }
            windows.close(NOON + 40L * 24 * 3_600_000);
            run(windows, ALL);
            windows.execute("update rollup_progress set touched_from = now()");
            assertThat(run(windows, ALL)).isEmpty();

            windows.hit(NOON, "a.test", "", "late");
            assertThat(run(windows, ALL))
                    .extracting(Rollup.Done::table, Rollup.Done::periods, Rollup.Done::rows)
                    .contains(
                            tuple("processed_events_aggregated_hour", 1, 1L),
                            tuple("processed_events_aggregated_day", 1, 1L),
                            tuple("processed_events_aggregated_month", 1, 1L));
            requireRight(windows, UTC);
        }
    }

    /** A transaction that began before a run and commits after it has written rows that look older than the run. */
    @Test
    void whatAnOpenTransactionWroteIsRolledUpByTheNextRun() throws SQLException {
        try (Windows windows = new Windows();
                Connection slow = DriverManager.getConnection(windows.url, "postgres", "")) {
            windows.hit(NOON, "a.test", "", "v");
            slow.setAutoCommit(false);
            try (Statement write = slow.createStatement()) {
                write.execute("insert into processed_events_aggregated (event_hour, host, num_hits) values"
                        + " ('2026-03-02 12:00+00', 'slow.test', 5)");
                windows.execute("select pg_sleep(1.1)");
                run(windows, ALL);
                slow.commit();
            }
            run(windows, ALL);
            assertThat(windows.rows("select num_hits from processed_events_aggregated_month where host = 'slow.test'"))
                    .containsExactly("5");
        }
    }

    @Test
    void aPeriodIsCompleteOnceAllItsWindowsAreWhole() throws SQLException {
        String complete =
                "select to_char(period_start at time zone 'UTC', 'HH24:MI'), complete from processed_events_aggregated_hour order by 1";
        try (Windows windows = new Windows()) {
            windows.hit(NOON, "a.test", "", "v");
            windows.hit(NOON + 3_600_000, "a.test", "", "v");
            run(windows, ALL);
            assertThat(windows.rows(complete)).containsExactly("12:00|f", "13:00|f");

            windows.close(NOON + 3_600_000);
            run(windows, ALL);
            assertThat(windows.rows(complete)).containsExactly("12:00|t", "13:00|f");
            assertThat(windows.rows("select complete_to::text from rollup_progress"
                            + " where table_name = 'processed_events_aggregated' and grain = 'hour'"))
                    .containsExactly("2026-03-01 13:00:00+00");
            assertThat(windows.rows("select complete from processed_events_aggregated_day"))
                    .containsExactly("f");

            windows.execute(
                    "insert into window_corrections (window_start, window_size_ms) values ('2026-03-01 12:05+00', "
                            + Windows.SIZE + ")");
            windows.hit(NOON, "a.test", "", "w");
            windows.close(Instant.now().toEpochMilli());
            run(windows, ALL);
            assertThat(windows.rows(complete)).containsExactly("12:00|f", "13:00|t");
            windows.execute("delete from window_corrections");
            run(windows, ALL);
            assertThat(windows.rows(complete)).containsExactly("12:00|t", "13:00|t");
            assertThat(windows.rows("select complete, visitors from " + Windows.VISITORS + "_month"))
                    .containsExactly("t|2");
        }
    }

    @Test
    void aRangeIsRolledUpThoughNothingInItIsDueAndLeavesTheRestAlone() throws SQLException {
        try (Windows windows = new Windows()) {
            windows.hit(NOON, "a.test", "", "v");
            windows.hit(NOON + 24 * 3_600_000, "a.test", "", "w");
            run(windows, ALL);
            windows.execute("update rollup_progress set touched_from = now()");
            windows.execute("update processed_events_aggregated_hour set num_hits = 99");

            List<Rollup.Done> done = run(windows, range("2026-03-02", "2026-03-03"));
            assertThat(done)
                    .filteredOn(each -> each.table().equals("processed_events_aggregated_hour"))
                    .extracting(Rollup.Done::periods, Rollup.Done::rows)
                    .containsExactly(tuple(1, 1L));
            assertThat(windows.rows("select num_hits from processed_events_aggregated_hour order by period_start"))
                    .containsExactly("99", "1");
        }
    }

    @Test
    void rowsOfAGroupThatIsGoneGoToo() throws SQLException {
        try (Windows windows = new Windows()) {
            windows.hit(NOON, "a.test", "", "v");
            windows.hit(NOON, "b.test", "", "v");
            run(windows, ALL);
            windows.execute("delete from processed_events_aggregated where host = 'b.test'");
            run(windows, range("2026-03-01", "2026-03-02"));
            assertThat(windows.rows("select host from processed_events_aggregated_hour"))
                    .containsExactly("a.test");
        }
    }

    @Test
    void sessionsAreRolledUpByWhenTheyBeganAlsoThoseThatMergedSince() throws SQLException {
        try (Windows windows = new Windows()) {
            windows.execute("insert into session_settings (gap_ms, by) values (300000, 'visitor')");
            windows.session("a.test", "v1", "2026-03-01 11:58", "2026-03-01 12:01", 3);
            windows.session("a.test", "v1", "2026-03-01 13:02", "2026-03-01 13:02", 1);
            windows.session("a.test", "v2", "2026-03-01 13:30", "2026-03-01 13:31", 2);
            run(windows, ALL);
            String hours =
                    "select to_char(period_start at time zone 'UTC', 'HH24:MI'), num_sessions, num_hits, bounces, duration_ms, complete"
                            + " from processed_events_sessions_hour order by 1";
            assertThat(windows.rows(hours)).containsExactly("11:00|1|3|0|180000|f", "13:00|2|3|1|60000|f");

            windows.execute("update rollup_progress set touched_from = now()");
            windows.execute("delete from processed_events_sessions where visitor_id = 'v1'");
            windows.session("a.test", "v1", "2026-03-01 11:58", "2026-03-01 13:02", 20);
            windows.execute(
                    "insert into session_progress (watermark_ms) values (" + (NOON + 12 * 3_600_000 + 300_000) + ")");
            run(windows, ALL);
            assertThat(windows.rows(hours)).containsExactly("11:00|1|20|0|3840000|t", "13:00|1|2|0|60000|t");
            assertThat(windows.rows(
                            "select num_sessions, num_hits, bounces, complete from processed_events_sessions_day"))
                    .containsExactly("2|22|0|t");

            windows.execute("insert into session_corrections (host, visitor_id, span_start, span_end)"
                    + " values ('a.test', 'v3', '2026-03-01 20:00+00', '2026-03-01 20:00+00')");
            windows.session("a.test", "v4", "2026-03-01 15:00", "2026-03-01 15:00", 1);
            run(windows, ALL);
            assertThat(windows.rows(hours)).contains("15:00|1|1|1|0|f");
        }
    }

    @Test
    void whatIsRolledUpStaysWhenItsWindowsGo() throws SQLException {
        try (Windows windows = new Windows()) {
            windows.hit(NOON, "a.test", "", "v");
            windows.hit(NOON + 3_600_000, "a.test", "", "v");
            windows.hit(NOON + 24 * 3_600_000, "a.test", "", "v");
            run(windows, ALL);
            windows.execute("update retention_horizon set windows_from = '2026-03-02 00:00+00'");
            // As if the deletion had come half its way.
            windows.execute("delete from processed_events_aggregated where event_hour = '2026-03-01 12:00+00'");
            windows.execute("update processed_events_aggregated set updated_at = now()");
            run(windows, ALL);
            run(windows, range("2026-03-01", "2026-03-03"));
            assertThat(windows.rows("select num_hits from processed_events_aggregated_hour"))
                    .hasSize(3);
            assertThat(windows.rows("select num_hits from processed_events_aggregated_month"))
                    .containsExactly("3");
            assertThatThrownBy(() -> run(windows, new RollupOptions(Grain.MONTH, null, null, null, true)))
                    .hasMessageContaining(
                            "Windows from before 2026-03-02T00:00:00Z were dropped by tidemark retention");
        }
    }

    @Test
    void anotherTimeZoneIsRefusedUnlessAllIsMadeAnew() throws SQLException {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        try (Windows windows = new Windows()) {
            windows.hit(millis("2026-03-01T23:30:00Z"), "a.test", "", "v");
            run(windows, in(UTC));
            assertThatThrownBy(() -> run(windows, in(berlin)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("UTC")
                    .hasMessageContaining("Europe/Berlin would mix")
                    .hasMessageContaining("--rebuild");
            run(windows, new RollupOptions(Grain.MONTH, null, null, berlin, true));
            requireRight(windows, berlin);
            assertThat(windows.rows("select time_zone from rollup_settings")).containsExactly("Europe/Berlin");
        }
    }

    @Test
    void hoursWhoseWindowsAreGoneAreNotEmptied() throws SQLException {
        try (Windows windows = new Windows()) {
            windows.hit(NOON, "a.test", "", "v");
            windows.hit(NOON + 24 * 3_600_000, "a.test", "", "v");
            run(windows, ALL);
            windows.execute("delete from processed_events_aggregated where event_hour < '2026-03-02 00:00+00'");
            assertThatThrownBy(() -> run(windows, new RollupOptions(Grain.MONTH, null, null, null, true)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("processed_events_aggregated_hour has hours whose windows are no longer in");
            assertThat(windows.rows("select count(*) from processed_events_aggregated_hour"))
                    .containsExactly("2");
        }
    }

    @Test
    void aTableThatSomebodyDroppedIsMadeAnewFromAllWindows() throws SQLException {
        try (Windows windows = new Windows()) {
            windows.hit(NOON, "a.test", "", "v");
            run(windows, ALL);
            windows.execute("update rollup_progress set touched_from = now()");
            windows.execute("drop table processed_events_aggregated_day");
            run(windows, ALL);
            requireRight(windows, UTC);
        }
    }

    @Test
    void aTableOfAnotherFormIsLeftAsItIs() throws SQLException {
        try (Windows windows = new Windows()) {
            windows.hit(NOON, "a.test", "", "v");
            windows.execute("create table processed_events_aggregated_day (mine text)");
            assertThatThrownBy(() -> run(windows, ALL))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("Table \"processed_events_aggregated_day\" has the columns mine;");
        }
    }

    @Test
    void onlyOneRunIsUnderWayAtATime() throws SQLException {
        try (Windows windows = new Windows()) {
            windows.hit(NOON, "a.test", "", "v");
            windows.execute("select pg_advisory_lock(7103480115)");
            assertThatThrownBy(() -> run(windows, ALL)).hasMessageContaining("Another rollup is under way");
            windows.execute("select pg_advisory_unlock(7103480115)");
            assertThat(run(windows, ALL)).isNotEmpty();
            assertThat(windows.rows("select to_regclass('rollup_staging') is null"))
                    .containsExactly("t");
        }
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
