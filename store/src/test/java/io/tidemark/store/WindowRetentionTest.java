package io.tidemark.store;

import static io.tidemark.store.RetentionFixture.FIRST_KEPT;
import static io.tidemark.store.RetentionFixture.NOW;
import static io.tidemark.store.RetentionFixture.OLD;
import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What goes of windows and sessions, and which days of events wait for sessions. */
class WindowRetentionTest {
    private static final RetentionRules WINDOWS_TOO = new RetentionRules(OptionalInt.of(90), OptionalInt.of(90), false);

    private final RetentionFixture fixture = new RetentionFixture();
    private final StoreConfig config = fixture.config;

    @Test
    void windowsGoOnceTheyAreRolledUp() {
        fixture.store(OLD, FIRST_KEPT);
        fixture.count(OLD, FIRST_KEPT);
        String kept = "select count(*) from processed_events_aggregated";
        rolledUp("2026-08-29", "2026-09-01", "2026-09-01", "now() + interval '1 hour'");
        assertThat(fixture.retain(WINDOWS_TOO))
                .extracting(RetentionStep::kept)
                .containsExactly(
                        null,
                        "its rollup by day does not reach that far yet",
                        "its rollup by day does not reach that far yet");
        rolledUp("2026-09-01", "2026-09-01", "2026-09-01", "now() - interval '1 hour'");
        assertThat(fixture.retain(WINDOWS_TOO))
                .extracting(RetentionStep::kept)
                .containsOnly("some of its rows were written since they were rolled up");
        assertThat(rows(config, kept)).containsExactly("2");
        assertThat(rows(config, "select windows_from from retention_horizon")).containsExactly("null");

        rolledUp("2026-09-01", "2026-09-01", "2026-09-01", "now() + interval '1 hour'");
        assertThat(fixture.retain(WINDOWS_TOO))
                .extracting(step -> step.kind() + " " + step.name() + " " + step.rows() + " " + step.kept())
                .containsExactly(
                        "WINDOWS processed_events_aggregated 1 null",
                        "WINDOWS processed_events_aggregated_source 1 null");
        assertThat(rows(config, kept)).containsExactly("1");
        fixture.assertAllAccountedFor();

        fixture.count(OLD);
        assertThat(rows(config, kept))
                .as("a replay writes nothing that is gone")
                .containsExactly("1");
        assertThat(rows(config, "select count(*) from processed_events_aggregated_source"))
                .containsExactly("1");
    }

    @Test
    void windowsStayAsLongAsEventsOfTheirTimeDo() {
        fixture.store(OLD, OLD);
        fixture.count(OLD);
        rolledUp("2026-09-01", "2026-09-01", "2026-09-01", "now() + interval '1 hour'");
        assertThat(fixture.retain(WINDOWS_TOO))
                .extracting(RetentionStep::kept)
                .containsExactly(
                        "1 window counts fewer page views than are stored, the first at 2026-08-20T12:00:00Z",
                        "events of that time are kept, which windows do not count yet",
                        "events of that time are kept, which windows do not count yet");
        assertThat(rows(config, "select count(*) from processed_events_aggregated"))
                .containsExactly("1");
    }

    @Test
    void windowsGoByDaysOfTheRollups() {
        fixture.store(NOW.toEpochMilli());
        // Midnight in Berlin is 22:00 of the day before, UTC.
        long berlin = Instant.parse("2026-08-28T22:00:00Z").toEpochMilli();
        fixture.count(berlin - FIVE_MINUTES, berlin);
        run(config, "insert into rollup_settings (time_zone) values ('Europe/Berlin')");
        rolledUp("2026-09-01", "2026-09-01", "2026-09-01", "now() + interval '1 hour'");
        fixture.retain(new RetentionRules(OptionalInt.of(90), OptionalInt.of(91), false));
        assertThat(rows(
                        config,
                        "select (extract(epoch from event_hour) * 1000)::bigint from processed_events_aggregated"))
                .containsExactly(Long.toString(berlin));
    }

    private void rolledUp(String day, String hour, String month, String touchedFrom) {
        run(config, "delete from rollup_progress");
        for (String table : List.of("processed_events_aggregated", "processed_events_aggregated_source")) {
            run(config, """
                    insert into rollup_progress (table_name, grain, touched_from, complete_to)
                    values ('%1$s', 'day', %5$s, '%2$sZ'), ('%1$s', 'hour', %5$s, '%3$sZ'), ('%1$s', 'month', %5$s, '%4$sZ')""".formatted(table, day, hour, month, touchedFrom));
        }
    }

    private void session(String visitor, String start, String end, long pageViews) {
        run(config, """
                insert into processed_events_sessions
                    (session_start, session_end, host, visitor_id, num_hits, entry_page, exit_page, referrer_source)
                values ('%sZ', '%sZ', 'h', '%s', %d, '/', '/', 'direct')""".formatted(start, end, visitor, pageViews));
    }

    private void rolledUpSessions(String completeTo) {
        run(config, """
                insert into rollup_progress (table_name, grain, touched_from, complete_to)
                values ('processed_events_sessions', 'hour', now() + interval '1 hour', '%sZ')""".formatted(completeTo));
    }

    @Test
    void aTableThatIsNotRolledUpKeepsTheOthersToo() {
        fixture.count(OLD, FIRST_KEPT);
        rolledUp("2026-09-01", "2026-09-01", "2026-09-01", "now() + interval '1 hour'");
        session("v", "2026-08-20 12:00", "2026-08-20 12:00", 1);
        assertThat(fixture.retain(WINDOWS_TOO))
                .extracting(step -> step.name() + ": " + step.kept())
                .containsExactly(
                        "processed_events_aggregated: processed_events_sessions is kept",
                        "processed_events_aggregated_source: processed_events_sessions is kept",
                        "processed_events_sessions: it is not rolled up");
        assertThat(rows(config, "select windows_from from retention_horizon")).containsExactly("null");
        assertThat(rows(config, "select count(*) from processed_events_aggregated"))
                .containsExactly("2");
    }

    @Test
    void sessionsGoByWhenTheyBeganOnceTheyAreRolledUp() {
        session("v", "2026-08-29 23:58", "2026-08-29 23:59", 2);
        session("w", "2026-08-30 00:00", "2026-08-30 00:00", 1);
        rolledUpSessions("2026-08-30");
        assertThat(fixture.retain(WINDOWS_TOO))
                .extracting(step -> step.name() + " " + step.rows() + " " + step.kept())
                .containsExactly("processed_events_sessions 1 null");
        assertThat(rows(config, "select visitor_id from processed_events_sessions"))
                .containsExactly("w");
    }

    @Test
    void aDayWaitsUntilItsSessionsAreClosedAndNoneIsToBeRecomputed() {
        RetentionRules events = new RetentionRules(OptionalInt.of(90), OptionalInt.empty(), false);
        fixture.store(OLD);
        fixture.count(OLD);
        run(config, "insert into session_settings (gap_ms, by) values (300000, 'visitor')");
        assertThat(fixture.retain(events))
                .extracting(RetentionStep::kept)
                .containsExactly("the session job has closed no session yet");

        long endOfDay = Instant.parse("2026-08-21T00:00:00Z").toEpochMilli();
        run(config, "insert into session_progress (watermark_ms) values (" + (endOfDay + FIVE_MINUTES - 1) + ")");
        assertThat(fixture.retain(events))
                .extracting(RetentionStep::kept)
                .containsExactly("the session job has closed sessions up to 2026-08-20T23:59:59.999Z only");

        run(config, "update session_progress set watermark_ms = " + (endOfDay + FIVE_MINUTES));
        run(
                config,
                "insert into session_corrections (host, visitor_id, span_start, span_end)"
                        + " values ('h', 'v', '2026-08-20 12:00Z', '2026-08-20 12:00Z')");
        assertThat(fixture.retain(events))
                .extracting(RetentionStep::kept)
                .containsExactly("1 session waits to be recomputed from events");

        run(config, "delete from session_corrections");
        assertThat(fixture.retain(events)).extracting(RetentionStep::kept).containsOnlyNulls();
    }

    /** One begins before the events that are kept, one within the gap behind, one later, and one is nowhere in the events. */
    @Test
    void theAuditLeavesOutSessionsWhoseEventsAreGoneAndNoOthers() {
        run(config, "insert into session_settings (gap_ms, by) values (300000, 'visitor')");
        run(config, "insert into session_progress (watermark_ms) values (" + NOW.toEpochMilli() + ")");
        run(config, "update retention_horizon set events_from = '2026-08-30 00:00Z'");
        session("before", "2026-08-29 12:00", "2026-08-29 12:00", 1);
        session("over midnight", "2026-08-29 23:58", "2026-08-30 00:02", 2);
        session("within the gap", "2026-08-30 00:05", "2026-08-30 00:05", 1);
        session("wrong", "2026-08-30 12:00", "2026-08-30 12:00", 1);
        assertThat(new AuditQueries(config).read(10).sessions().differences())
                .extracting(AuditSessions.Difference::visitor)
                .containsExactly("wrong");
    }
}
