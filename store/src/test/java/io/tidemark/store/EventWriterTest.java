package io.tidemark.store;

import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.TOPIC;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static io.tidemark.store.StoreFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.TextCap;
import io.tidemark.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventWriterTest {
    private static final String TEXTS = """
            ip, referrer, host, url, country, device, browser, os, utm_source, utm_medium, utm_campaign, utm_term, \
            utm_content, user_agent, visitor_id""";

    private final StoreConfig config = StoreFixture.newDatabase();

    @Test
    void storesEveryColumn() {
        EnrichedEvent full = new EnrichedEvent(
                "example.org",
                NOON + 7,
                "2001:218::1",
                "/a?utm_source=s",
                "https://elsewhere.example/",
                "Mozilla/5.0",
                "0123456789abcdef",
                new EnrichedEvent.Geo("GB", "England", "London"),
                new EnrichedEvent.Client("Phone", "Firefox", "Android", true),
                EnrichedEvent.ReferrerSource.CAMPAIGN,
                new EnrichedEvent.Campaign("s", "m", "n", "t", "c"));
        EnrichedEvent bare = new EnrichedEvent(
                "h",
                -1,
                null,
                null,
                null,
                null,
                null,
                EnrichedEvent.Geo.UNKNOWN,
                EnrichedEvent.Client.UNKNOWN,
                EnrichedEvent.ReferrerSource.DIRECT,
                EnrichedEvent.Campaign.NONE);
        store(full, bare);

        assertThat(rows(
                        config,
                        "select * from (select *, event_timestamp at time zone 'UTC' from processed_events) e"
                                + " order by source_offset"))
                .map(row -> row.replaceFirst("\\|[0-9: .+-]*\\|", "|…|"))
                .containsExactly(
                        "2001:218::1|…|https://elsewhere.example/|example.org|/a?utm_source=s"
                                + "|{\"country\":\"GB\",\"state\":\"England\",\"city\":\"London\"}|GB|Phone|Firefox|Android|t"
                                + "|campaign|s|m|n|t|c|Mozilla/5.0|" + TOPIC
                                + "|0|0|0123456789abcdef|2026-03-01 12:00:00.007",
                        "null|…|null|h|null|{}|null|null|null|null|f|direct|null|null|null|null|null|null|" + TOPIC
                                + "|0|1|null|1969-12-31 23:59:59.999");
    }

    @Test
    void hostileTextComesBackAsItWentIn() throws SQLException, IOException {
        List<String> hostile = new ArrayList<>(naughtyStrings());
        hostile.addAll(List.of(
                "a\\b\\.\\N", "tab\tnew\nline\rreturn", "\\.", "\"quoted\",comma", "\uD83C\uDF0A", "\u0001\u007f"));
        try (EventWriter writer = new EventWriter(config)) {
            for (int i = 0; i < hostile.size(); i++) {
                assertThat(writer.add(everywhere(hostile.get(i)), at(0, i))).isEqualTo(Admission.NEW);
            }
            assertThat(writer.flush().stored()).isEqualTo(hostile.size());
        }

        try (Connection connection = DriverManager.getConnection(config.jdbcUrl(), "postgres", "postgres");
                PreparedStatement query = connection.prepareStatement(
                        "select " + TEXTS + " from processed_events order by source_offset");
                ResultSet stored = query.executeQuery()) {
            for (String text : hostile) {
                assertThat(stored.next()).isTrue();
                for (int column = 1; column <= stored.getMetaData().getColumnCount(); column++) {
                    assertThat(stored.getString(column)).isEqualTo(text);
                }
            }
        }
    }

    @Test
    void leavesOutWhatIsPendingOrStored() {
        try (EventWriter writer = new EventWriter(config)) {
            assertThat(writer.add(event(), at(0, 5))).isEqualTo(Admission.NEW);
            assertThat(writer.add(event(), at(0, 5))).isEqualTo(Admission.STORED);
            assertThat(writer.add(event(), at(0, 4))).isEqualTo(Admission.PASSED_OVER);
            assertThat(writer.add(event(), at(1, 0))).isEqualTo(Admission.NEW);
            assertThat(writer.flush().stored()).isEqualTo(2);
            assertThat(writer.add(event(), at(0, 5))).isEqualTo(Admission.STORED);
            assertThat(writer.hasPending()).isFalse();
            assertThat(writer.flush().stored()).isZero();
        }
        try (EventWriter successor = new EventWriter(config)) {
            assertThat(successor.add(event(), at(0, 5))).isEqualTo(Admission.STORED);
            assertThat(successor.add(event(), at(1, 0))).isEqualTo(Admission.STORED);
            assertThat(successor.add(event(), at(0, 8))).isEqualTo(Admission.NEW);
            assertThat(successor.flush().stored()).isOne();
        }
        assertThat(storedOffsets()).containsExactly("0|5", "0|8", "1|0");
        assertThat(rows(config, "select partition, next_offset from ingest_ledger order by 1"))
                .containsExactly("0|9", "1|1");
    }

    @Test
    void topicMadeAnewStartsAtZeroAgain() {
        store(event());
        try (EventWriter writer = new EventWriter(config)) {
            assertThat(writer.add(event(), new SourceCoordinates(new UUID(1, 2), 0, 0)))
                    .isEqualTo(Admission.NEW);
            assertThat(writer.flush().stored()).isOne();
        }
        assertThat(rows(config, "select count(*) from processed_events")).containsExactly("2");
    }

    @Test
    void isFullAtItsSize() {
        try (EventWriter writer = new EventWriter(config, 1_000)) {
            int added = 0;
            while (!writer.isFull()) {
                writer.add(event(), at(0, added++));
            }
            assertThat(added).isBetween(2, 6);
            writer.flush();
            assertThat(writer.isFull()).isFalse();
        }
    }

    @Test
    void staleWriterStoresNothing() {
        try (EventWriter stale = new EventWriter(config);
                EventWriter successor = new EventWriter(config)) {
            stale.add(event(), at(0, 0));
            stale.add(event(), at(1, 0));
            successor.add(event(), at(1, 0));
            successor.add(event(), at(1, 1));
            successor.flush();

            assertThatThrownBy(stale::flush)
                    .isInstanceOf(StaleWriterException.class)
                    .hasMessageContaining(TOPIC + "/1 from 0 to 1, found at 2");
        }
        assertThat(storedOffsets()).containsExactly("1|0", "1|1");
    }

    @Test
    void staleWriterIsToldEvenIfItsSuccessorStoredTheSame() {
        try (EventWriter stale = new EventWriter(config);
                EventWriter successor = new EventWriter(config)) {
            stale.add(event(), at(0, 0));
            successor.add(event(), at(0, 0));
            successor.flush();

            assertThatThrownBy(stale::flush).isInstanceOf(StaleWriterException.class);
        }
        assertThat(storedOffsets()).containsExactly("0|0");
    }

    @Test
    void rivalWritersNeverStoreAnEventTwice() throws Exception {
        int writers = 4;
        CyclicBarrier ready = new CyclicBarrier(writers);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Callable<Integer>> rivals = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                boolean backwards = i % 2 == 0;
                rivals.add(() -> rival(ready, backwards));
            }
            int stored = 0;
            for (Future<Integer> rival : threads.invokeAll(rivals)) {
                stored += rival.get();
            }
            assertThat(stored).isEqualTo(8);
        } finally {
            threads.shutdown();
        }
        assertThat(storedOffsets()).hasSize(8).doesNotHaveDuplicates();
    }

    private int rival(CyclicBarrier ready, boolean backwards) throws Exception {
        try (EventWriter writer = new EventWriter(config)) {
            for (int i = 0; i < 8; i++) {
                writer.add(event(), at(backwards ? 7 - i : i, 0));
            }
            ready.await();
            return writer.flush().stored();
        } catch (StaleWriterException e) {
            return 0;
        }
    }

    @Test
    void ledgerAccountsForEveryOffset() {
        try (EventWriter writer = new EventWriter(config)) {
            writer.add(event(), at(0, 10));
            assertThat(writer.reject(broken(11))).isEqualTo(Admission.NEW);
            writer.add(event(), at(0, 14));
            assertThat(writer.flush()).isEqualTo(new EventWriter.Flushed(2, List.of()));

            writer.reject(broken(15));
            assertThat(writer.hasPending()).isTrue();
            assertThat(writer.flush()).isEqualTo(new EventWriter.Flushed(0, List.of()));
        }
        assertThat(rows(config, "select first_offset, next_offset, stored, rejected, absent from ingest_ledger"))
                .containsExactly("10|16|2|2|2");
        assertThat(rows(config, "select partition, source_offset, reason, message from ingest_rejected order by 2"))
                .containsExactly("0|11|malformed_json|broken", "0|15|malformed_json|broken");
    }

    @Test
    void successorIsToldWhatWasDecidedWhateverItWouldDecide() {
        try (EventWriter writer = new EventWriter(config)) {
            writer.add(event(), at(0, 0));
            writer.reject(broken(1));
            writer.flush();
        }
        try (EventWriter successor = new EventWriter(config)) {
            assertThat(successor.reject(broken(0))).isEqualTo(Admission.STORED);
            assertThat(successor.add(event(), at(0, 1))).isEqualTo(Admission.REJECTED);
            assertThat(successor.rejectedBefore(at(0, 1))).isEqualTo(broken(1));
            assertThat(successor.hasPending()).isFalse();
        }
    }

    @Test
    void anyMessageOfARejectionCanBeStored() {
        try (EventWriter writer = new EventWriter(config)) {
            writer.reject(new Rejection(
                    at(0, 0), RejectReason.MALFORMED_JSON, "nul \0, surrogate \ud800, " + "long ".repeat(10_000)));
            writer.flush();
        }
        assertThat(rows(
                        config,
                        "select octet_length(message) <= 1000, message like 'nul , surrogate _, long %'"
                                + " from ingest_rejected"))
                .containsExactly("t|t");
    }

    private static Rejection broken(long offset) {
        return new Rejection(at(0, offset), RejectReason.MALFORMED_JSON, "broken");
    }

    @Test
    void onlyTheRowsThatPostgresRefusesAreLeftOut() {
        try (EventWriter writer = new EventWriter(config)) {
            for (int i = 0; i < 100; i++) {
                writer.add(event(i == 17 || i == 18 || i == 99 ? "nul\0host" : "h", null, NOON), at(0, i));
            }
            EventWriter.Flushed flushed = writer.flush();
            assertThat(flushed.stored()).isEqualTo(97);
            assertThat(flushed.refused())
                    .extracting(refused ->
                            refused.at().offset() + " " + refused.message().substring(0, 5))
                    .containsExactly("17 22021", "18 22021", "99 22021");
            assertThat(flushed.refused()).allMatch(refused -> refused.message().contains("0x00"));
            writer.add(event(), at(0, 100));
            assertThat(writer.flush()).isEqualTo(new EventWriter.Flushed(1, List.of()));
        }
        assertThat(storedOffsets()).hasSize(98).doesNotContain("0|17", "0|18", "0|99");
        assertThat(rows(config, "select next_offset, stored, rejected, absent from ingest_ledger"))
                .containsExactly("101|98|3|0");
    }

    @Test
    void refusedEventStaysRefusedForTheNextWriter() {
        try (EventWriter writer = new EventWriter(config)) {
            writer.add(event("nul\0host", null, NOON), at(0, 0));
            writer.add(event(), at(0, 1));
            writer.flush();
        }
        try (EventWriter successor = new EventWriter(config)) {
            assertThat(successor.add(event(), at(0, 0))).isEqualTo(Admission.REJECTED);
            assertThat(successor.add(event(), at(0, 1))).isEqualTo(Admission.STORED);
        }
    }

    @Test
    void constraintsOfTheUsersOwnRejectTheirRowsOnly() {
        StoreFixture.run(
                config, "alter table processed_events add constraint no_admin check (host <> 'admin') not valid");
        StoreFixture.run(
                config,
                "alter table processed_events add constraint one_a_url unique (url, event_timestamp) deferrable initially deferred");
        try (EventWriter writer = new EventWriter(config)) {
            writer.add(event("admin", null, NOON), at(0, 0));
            writer.add(event("a", null, NOON), at(0, 1));
            writer.add(event("b", null, NOON), at(0, 2));
            assertThat(writer.flush().refused())
                    .extracting(refused ->
                            refused.at().offset() + " " + refused.message().substring(0, 5))
                    .containsExactly("0 23514", "2 23505");
        }
        assertThat(storedOffsets()).containsExactly("0|1");
    }

    @Test
    void constraintThatSpeaksUpAtTheCommitRejectsItsRowsOnly() {
        StoreFixture.run(
                config,
                "alter table processed_events add constraint one_a_url unique (url, event_timestamp) deferrable initially deferred");
        try (EventWriter writer = new EventWriter(config)) {
            writer.add(event("a", null, NOON), at(0, 0));
            writer.add(event("b", null, NOON), at(0, 1));
            EventWriter.Flushed flushed = writer.flush();
            assertThat(flushed.stored()).isOne();
            assertThat(flushed.refused()).hasSize(1);
        }
    }

    @Test
    void errorThatIsNoRowsFaultLeavesTheBatchPending() {
        try (EventWriter writer = new EventWriter(config)) {
            writer.add(event(), at(0, 0));
            StoreFixture.run(config, "alter table processed_events rename column host to site");
            assertThatThrownBy(writer::flush)
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith("Cannot store 1 events: ")
                    .hasMessageContaining("host");
            assertThat(writer.hasPending()).isTrue();
            StoreFixture.run(config, "alter table processed_events rename column site to host");
            assertThat(writer.flush().stored()).isOne();
        }
    }

    private void store(EnrichedEvent... events) {
        try (EventWriter writer = new EventWriter(config)) {
            for (int i = 0; i < events.length; i++) {
                writer.add(events[i], at(0, i));
            }
            assertThat(writer.flush().stored()).isEqualTo(events.length);
        }
    }

    private List<String> storedOffsets() {
        return rows(config, "select source_partition, source_offset from processed_events order by 1, 2");
    }

    private static EnrichedEvent everywhere(@Nullable String text) {
        return new EnrichedEvent(
                String.valueOf(text),
                NOON,
                text,
                text,
                text,
                text,
                text,
                new EnrichedEvent.Geo(text, text, text),
                new EnrichedEvent.Client(text, text, text, false),
                EnrichedEvent.ReferrerSource.OTHER,
                new EnrichedEvent.Campaign(text, text, text, text, text));
    }

    /** Postgres reads the JSON; what it can't hold is removed, as enrichment does. */
    private List<String> naughtyStrings() throws SQLException, IOException {
        Path file = TestData.require("hostile/naughty-strings.json");
        try (Connection connection = DriverManager.getConnection(config.jdbcUrl(), "postgres", "postgres");
                PreparedStatement query = connection.prepareStatement("select json_array_elements_text(?::json)")) {
            query.setString(1, Files.readString(file));
            List<String> found = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(TextCap.USER_AGENT.apply(rows.getString(1)));
                }
            }
            assertThat(found).hasSizeGreaterThan(500);
            return found;
        }
    }
}
