package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Aggregate;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.RejectReason;
import io.tidemark.model.WindowCounts;
import io.tidemark.store.Forgetting.Traces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForgettingTest {
    private static final String THIS = "00000000000000aa";
    private static final String OTHER = "00000000000000bb";
    private static final Person PERSON = Person.visitor(THIS, null);
    private static final String HOSTS =
            "select host, num_hits from processed_events_aggregated order by event_hour, host";

    private final StoreConfig config = StoreFixture.newDatabase();
    private final EventWriter writer = new EventWriter(config);
    private final Forgetting forgetting = new Forgetting(config);
    private long next;

    @AfterEach
    void close() {
        writer.close();
        forgetting.close();
    }

    private static EnrichedEvent event(String visitor, String ip, String host, String url, long time) {
        return new EnrichedEvent(
                host,
                time,
                ip,
                url,
                "https://r.example/",
                "Mozilla/5.0",
                visitor,
                new EnrichedEvent.Geo("GB", "England", "London"),
                new EnrichedEvent.Client("Desktop", "Firefox", "Linux", false),
                EnrichedEvent.ReferrerSource.OTHER,
                EnrichedEvent.Campaign.NONE);
    }

    private void store(String visitor, String host, String url, long time) {
        writer.add(event(visitor, "192.0.2.0", host, url, time), at(0, next++));
        writer.flush();
    }

    private void storeFive() {
        store(THIS, "a.example", "/", NOON);
        store(OTHER, "a.example", "/", NOON + 1);
        store(THIS, "a.example", "/only-theirs", NOON + 2);
        store(THIS, "b.example", "/", NOON + FIVE_MINUTES);
        store(OTHER, "b.example", "/", NOON + FIVE_MINUTES);
    }

    private void recompute(long... windows) {
        WindowSettings.claim(config, Duration.ofMillis(FIVE_MINUTES), "event");
        AggregateTables.prepare(config, Aggregate.DEFAULTS, Duration.ofMillis(FIVE_MINUTES));
        try (Corrections corrections = new Corrections(config)) {
            List<Long> marks = new ArrayList<>();
            for (long window : windows) {
                marks.add(window);
            }
            corrections.mark(marks, FIVE_MINUTES);
            corrections.recomputeMarked();
        }
        run(
                config,
                "insert into aggregate_progress (watermark_ms) values (" + Long.MAX_VALUE + ") on conflict do nothing");
    }

    private void assertAllAccountedFor() {
        AuditSnapshot read = new AuditQueries(config).read(100);
        assertThat(read.windows().differences()).isEmpty();
        assertThat(read.windows().groups().differences()).isEmpty();
        read.partitions()
                .values()
                .forEach(found -> assertThat(found.rows() + found.gone().size())
                        .isEqualTo(requireNonNull(found.account()).stored()));
    }

    @Test
    void eventsGoAndAreAccountedForAndCountsStay() {
        storeFive();
        recompute(NOON, NOON + FIVE_MINUTES);
        assertAllAccountedFor();

        assertThat(forgetting.forget(PERSON)).isEqualTo(new Traces(3, 1, 0, 0));
        assertThat(rows(config, "select visitor_id, count(*) from processed_events group by 1"))
                .containsExactly(OTHER + "|2");
        assertThat(rows(config, "select cause, rows, offsets from ingest_gone"))
                .containsExactly("forgotten|3|{[0,1),[2,4)}");
        assertThat(rows(config, HOSTS)).containsExactly("a.example|3", "b.example|2");
        assertThat(rows(config, "select t::text from forgotten_hits t").toString())
                .doesNotContain(THIS)
                .doesNotContain("192.0.2");
        assertAllAccountedFor();
        assertThat(new AuditQueries(config).read(1).gone().forgotten()).isEqualTo(3);
    }

    @Test
    void windowsThatAreRecomputedAfterwardsStillCountThem() {
        storeFive();
        recompute(NOON, NOON + FIVE_MINUTES);
        forgetting.forget(PERSON);
        store(OTHER, "a.example", "/only-theirs", NOON + 3);
        recompute(NOON, NOON + FIVE_MINUTES);

        assertThat(rows(config, HOSTS)).containsExactly("a.example|4", "b.example|2");
        assertThat(
                        rows(
                                config,
                                "select path, num_hits from processed_events_aggregated_page where host = 'a.example' order by 1"))
                .containsExactly("/|2", "/only-theirs|2");
        assertAllAccountedFor();
    }

    @Test
    void whoIsForgottenBeforeTheirWindowIsCountedIsCountedInIt() {
        storeFive();
        WindowSettings.claim(config, Duration.ofMillis(FIVE_MINUTES), "event");
        AggregateTables.prepare(config, Aggregate.DEFAULTS, Duration.ofMillis(FIVE_MINUTES));
        forgetting.forget(PERSON);
        try (WindowWriter windows = new WindowWriter(config)) {
            // The job has read them from the topic.
            windows.write(List.of(new WindowCounts(NOON, "a.example", Map.of("https://r.example/", 3L))), FIVE_MINUTES);
        }
        recompute(NOON, NOON + FIVE_MINUTES);
        assertThat(rows(config, HOSTS)).containsExactly("a.example|3", "b.example|2");
        assertThat(rows(config, "select sum(num_hits) from processed_events_aggregated_page"))
                .containsExactly("5");
        assertAllAccountedFor();
    }

    @Test
    void whoIsForgottenBeforeThereAreWindowsIsCountedInThoseToCome() {
        storeFive();
        forgetting.forget(PERSON);
        WindowSettings.claim(config, Duration.ofMinutes(1), "event");
        try (WindowWriter windows = new WindowWriter(config)) {
            windows.write(
                    List.of(
                            new WindowCounts(NOON, "a.example", Map.of("https://r.example/", 3L)),
                            new WindowCounts(NOON + FIVE_MINUTES, "b.example", Map.of("https://r.example/", 2L))),
                    60_000);
        }
        run(config, "insert into aggregate_progress (watermark_ms) values (" + Long.MAX_VALUE + ")");
        assertAllAccountedFor();
    }

    @Test
    void aggregateThatIsCountedOnlySinceIsNotComparedThere() {
        storeFive();
        WindowSettings.claim(config, Duration.ofMillis(FIVE_MINUTES), "event");
        forgetting.forget(PERSON);
        recompute(NOON, NOON + FIVE_MINUTES);
        assertThat(rows(config, "select sum(num_hits) from processed_events_aggregated_page"))
                .containsExactly("2");
        assertAllAccountedFor();
    }

    @Test
    void nobodyComesBackByAReplay() {
        storeFive();
        forgetting.forget(PERSON);
        try (EventWriter replay = new EventWriter(config)) {
            assertThat(replay.add(event(THIS, "192.0.2.0", "a.example", "/", NOON), at(0, 0)))
                    .isEqualTo(Admission.STORED);
            assertThat(replay.add(event(THIS, "192.0.2.0", "a.example", "/", NOON), at(0, 3)))
                    .isEqualTo(Admission.STORED);
            assertThat(replay.flush().stored()).isZero();
        }
        assertThat(rows(config, "select count(*) from processed_events where visitor_id = '" + THIS + "'"))
                .containsExactly("0");
        assertAllAccountedFor();
    }

    @Test
    void lookingChangesNothing() {
        storeFive();
        recompute(NOON, NOON + FIVE_MINUTES);
        List<String> before = everything();
        assertThat(forgetting.find(PERSON)).isEqualTo(new Traces(3, 1, 0, 0));
        assertThat(forgetting.find(Person.visitor("ffffffffffffffff", null))).isEqualTo(new Traces(0, 0, 0, 0));
        assertThat(everything()).isEqualTo(before);
    }

    private List<String> everything() {
        List<String> all = new ArrayList<>();
        for (String table : List.of(
                "processed_events",
                "processed_events_aggregated",
                "processed_events_aggregated_source",
                "processed_events_aggregated_page",
                "ingest_ledger",
                "ingest_rejected",
                "ingest_gone",
                "forgotten_hits")) {
            all.addAll(rows(config, "select '" + table + "', t::text from " + table + " t order by 2"));
        }
        return all;
    }

    @Test
    void addressesAreFoundInEveryFormAndOnTheSiteThatIsMeant() {
        writer.add(event(THIS, "192.0.2.7", "a.example", "/", NOON), at(0, 0));
        writer.add(event(OTHER, "192.0.2.0", "a.example", "/", NOON), at(0, 1));
        writer.add(event(OTHER, "192.0.2.0", "b.example", "/", NOON), at(0, 2));
        writer.add(event(OTHER, "192.0.2.8", "a.example", "/", NOON), at(0, 3));
        writer.flush();
        List<String> forms = List.of("192.0.2.7", "192.0.2.0");
        assertThat(forgetting.find(Person.address(forms, null))).isEqualTo(new Traces(3, 2, 0, 0));
        assertThat(forgetting.forget(Person.address(forms, "a.example"))).isEqualTo(new Traces(2, 2, 0, 0));
        assertThat(rows(config, "select source_offset from processed_events order by 1"))
                .containsExactly("2", "3");
        assertAllAccountedFor();
    }

    @Test
    void sessionsAndMessagesOfTheirsGoToo() {
        storeFive();
        run(config, "drop table if exists processed_events_sessions");
        run(
                config,
                "create table processed_events_sessions (host text, visitor_id text, session_start timestamptz, ip text)");
        run(
                config,
                "insert into processed_events_sessions values ('a.example', '%s', now(), '192.0.2.0'), ('a.example', '%s', now(), '198.51.100.0')"
                        .formatted(THIS, OTHER));
        writer.reject(new Rejection(at(0, next++), RejectReason.WRONG_TYPE, "visitor " + THIS + " is odd"));
        writer.reject(new Rejection(at(0, next++), RejectReason.WRONG_TYPE, "visitor " + OTHER + " is odd"));
        writer.flush();
        assertThat(forgetting.find(PERSON)).isEqualTo(new Traces(3, 1, 1, 1));
        assertThat(forgetting.forget(PERSON)).isEqualTo(new Traces(3, 1, 1, 1));
        assertThat(rows(config, "select visitor_id from processed_events_sessions"))
                .containsExactly(OTHER);
        assertThat(forgetting.forget(Person.address(List.of("198.51.100.0"), "b.example")))
                .isEqualTo(new Traces(0, 0, 0, 0));
        assertThat(forgetting.forget(Person.address(List.of("198.51.100.0"), "a.example")))
                .isEqualTo(new Traces(0, 0, 1, 0));
        assertThat(rows(config, "select reason, message from ingest_rejected order by source_offset"))
                .containsExactly("wrong_type|(erased)", "wrong_type|visitor " + OTHER + " is odd");
    }

    @Test
    void nothingOfThemStaysInTheFilesOfThePartition() {
        store(THIS, "a.example", "/", NOON);
        assertThat(rows(config, "select pg_relation_size('processed_events_2026_03') > 0"))
                .containsExactly("t");
        forgetting.forget(PERSON);
        assertThat(rows(config, "select pg_relation_size('processed_events_2026_03')"))
                .containsExactly("0");
    }

    @Test
    void dayOfWhichSomebodyWasForgottenExpiresAsOthersDo() {
        storeFive();
        recompute(NOON, NOON + FIVE_MINUTES);
        forgetting.forget(PERSON);
        Clock muchLater = Clock.fixed(Instant.parse("2027-03-01T00:00:00Z"), ZoneOffset.UTC);
        try (Retention retention = new Retention(config, muchLater)) {
            retention.run(
                    new RetentionRules(OptionalInt.of(90), OptionalInt.empty(), false),
                    step -> assertThat(step.kept()).isNull());
        }
        assertThat(rows(config, "select cause, rows from ingest_gone order by gone_id"))
                .containsExactly("forgotten|3", "expired|2");
        assertThat(rows(config, "select count(*) from forgotten_hits")).containsExactly("0");
        assertAllAccountedFor();
    }

    @Test
    void dayThatIsUncountedButForTheForgottenIsKept() {
        storeFive();
        recompute(NOON);
        forgetting.forget(PERSON);
        Clock muchLater = Clock.fixed(Instant.parse("2027-03-01T00:00:00Z"), ZoneOffset.UTC);
        List<String> kept = new ArrayList<>();
        try (Retention retention = new Retention(config, muchLater)) {
            retention.run(
                    new RetentionRules(OptionalInt.of(90), OptionalInt.empty(), false),
                    step -> kept.add(String.valueOf(step.kept())));
        }
        assertThat(kept)
                .containsExactly("1 window counts fewer page views than are stored, the first at 2026-03-01T12:05:00Z");
    }

    @Test
    void personIsToldByOneThingOnly() {
        assertThatThrownBy(() -> new Person(null, List.of(), null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Person(THIS, List.of("192.0.2.1"), null))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
