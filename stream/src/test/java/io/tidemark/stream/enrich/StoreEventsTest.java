package io.tidemark.stream.enrich;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.store.Migrations;
import io.tidemark.store.SqlQuery;
import io.tidemark.store.StaleWriterException;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.TopicRecord;
import io.tidemark.testkit.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreEventsTest {
    private static final Duration FLUSH = Duration.ofMillis(200);
    private static final KafkaSettings NOWHERE = KafkaSettings.of("127.0.0.1:1");
    private static final byte[] RAW = "as it came".getBytes(StandardCharsets.UTF_8);

    private final StoreConfig store = new StoreConfig(TestPostgres.newDatabase(), "postgres", "postgres");
    private OneInputStreamOperatorTestHarness<Outcome, Enriched> harness = open();

    private OneInputStreamOperatorTestHarness<Outcome, Enriched> open() {
        try {
            var opened = new OneInputStreamOperatorTestHarness<>(new StoreEvents(NOWHERE, store, FLUSH));
            opened.setProcessingTime(0);
            opened.open();
            return opened;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void migrate() {
        Migrations.apply(store);
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    @Test
    void nothingIsHandedOnBeforeItsRowIsCommitted() throws Exception {
        event("a", 0);
        event("a", 1);
        assertThat(handedOn()).isEmpty();
        assertThat(stored()).isEmpty();

        harness.setProcessingTime(FLUSH.toMillis());

        assertThat(handedOn()).containsExactly(0L, 1L);
        assertThat(stored()).containsExactly("0", "1");
    }

    @Test
    void everythingIsHandedOnInOrderBeforeACheckpoint() throws Exception {
        event("a", 0);
        broken(1);
        event("a", 2);
        harness.prepareSnapshotPreBarrier(1);
        assertThat(handedOn()).containsExactly(0L, 2L);
        assertThat(rejected()).extracting(each -> each.position().offset()).containsExactly(1L);
        assertThat(ledger()).containsExactly("3,2,1,0");
    }

    @Test
    void whatWasDealtWithBeforeIsHandedOnAgainAndCountedAsSkipped() throws Exception {
        event("a", 0);
        broken(1);
        harness.prepareSnapshotPreBarrier(1);
        harness.close();

        harness = open();
        event("a", 0);
        broken(1);
        event("a", 2);
        harness.endInput();
        harness.getOneInputOperator().finish();

        assertThat(handedOn()).containsExactly(0L, 2L);
        assertThat(rejected()).hasSize(1);
        assertThat(stored()).containsExactly("0", "2");
        assertThat(tally(Tallies.SKIPPED)).isEqualTo(2);
        assertThat(tally(Tallies.STORED)).isEqualTo(1);
        assertThat(tally(Tallies.REJECTED_PREFIX + RejectReason.MALFORMED_JSON.code()))
                .isZero();
        assertThat(ledger()).containsExactly("3,2,1,0");
    }

    @Test
    void rowThatPostgresRefusesIsRejectedAsItCameAndNotHandedOn() throws Exception {
        constrain();
        event("a", 0);
        event("refused", 1);
        event("a", 2);
        harness.prepareSnapshotPreBarrier(1);

        assertThat(handedOn()).containsExactly(0L, 2L);
        assertThat(rejected()).singleElement().satisfies(each -> {
            assertThat(each.position().offset()).isEqualTo(1);
            assertThat(each.reason()).isEqualTo(RejectReason.REFUSED_BY_DATABASE);
            assertThat(each.message()).startsWith("23514: ").contains("not_refused");
            assertThat(each.value()).isEqualTo(RAW);
        });
        assertThat(tally(Tallies.REJECTED_PREFIX + RejectReason.REFUSED_BY_DATABASE.code()))
                .isEqualTo(1);
        assertThat(ledger()).containsExactly("3,2,1,0");
    }

    @Test
    void rowThatPostgresRefusedIsRejectedAgainInAReplay() throws Exception {
        constrain();
        event("refused", 0);
        harness.prepareSnapshotPreBarrier(1);
        harness.close();

        harness = open();
        event("refused", 0);
        harness.prepareSnapshotPreBarrier(2);
        assertThat(handedOn()).isEmpty();
        assertThat(rejected())
                .singleElement()
                .satisfies(each -> assertThat(each.reason()).isEqualTo(RejectReason.REFUSED_BY_DATABASE));
    }

    @Test
    void recordThatWasRejectedBeforeIsNotHandedOnEvenIfItWouldBeAcceptedNow() throws Exception {
        broken(0);
        harness.prepareSnapshotPreBarrier(1);
        harness.close();

        harness = open();
        event("a", 0);
        harness.prepareSnapshotPreBarrier(2);
        assertThat(handedOn()).isEmpty();
        assertThat(rejected()).singleElement().satisfies(each -> {
            assertThat(each.reason()).isEqualTo(RejectReason.MALFORMED_JSON);
            assertThat(each.message()).isEqualTo("broken");
        });
    }

    @Test
    void staleWriterHandsNothingOn() throws Exception {
        event("a", 0);
        var successor = open();
        try {
            successor.processElement(new StreamRecord<>(accepted("a", 0)));
            successor.prepareSnapshotPreBarrier(1);
        } finally {
            successor.close();
        }
        assertThatThrownBy(() -> harness.prepareSnapshotPreBarrier(1)).isInstanceOf(StaleWriterException.class);
        assertThat(handedOn()).isEmpty();
        // The harness finishes the operator when it closes it, which writes.
        assertThatThrownBy(() -> harness.close()).isInstanceOf(StaleWriterException.class);
        harness = open();
    }

    private void constrain() throws Exception {
        try (Connection connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
                Statement statement = connection.createStatement()) {
            statement.execute("alter table processed_events add constraint not_refused check (host <> 'refused')");
        }
    }

    private void event(String host, long offset) throws Exception {
        harness.processElement(new StreamRecord<>(accepted(host, offset)));
    }

    private void broken(long offset) throws Exception {
        harness.processElement(
                new StreamRecord<>(Outcome.rejected(read(offset), RejectReason.MALFORMED_JSON, "broken")));
    }

    private static Outcome accepted(String host, long offset) {
        return Outcome.accepted(
                read(offset),
                new EnrichedEvent(
                        host,
                        5,
                        null,
                        null,
                        null,
                        null,
                        null,
                        EnrichedEvent.Geo.UNKNOWN,
                        EnrichedEvent.Client.UNKNOWN,
                        EnrichedEvent.ReferrerSource.DIRECT,
                        EnrichedEvent.Campaign.NONE));
    }

    private static TopicRecord read(long offset) {
        return new TopicRecord(new SourceCoordinates(1, 2, 0, offset), 5, null, RAW, null);
    }

    private List<Long> handedOn() {
        return harness.extractOutputValues().stream()
                .map(enriched -> enriched.source().offset())
                .toList();
    }

    private List<Rejected> rejected() {
        Queue<StreamRecord<Rejected>> records = harness.getSideOutput(EnrichJob.REJECTED);
        return records == null
                ? List.of()
                : records.stream().map(StreamRecord::getValue).toList();
    }

    private List<String> stored() throws IOException {
        return csv("select source_offset from processed_events order by 1");
    }

    private List<String> ledger() throws IOException {
        return csv("select next_offset, stored, rejected, absent from ingest_ledger");
    }

    private List<String> csv(String query) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SqlQuery(store, query).csv(out);
        return out.toString(StandardCharsets.UTF_8).lines().skip(1).toList();
    }

    private long tally(String name) {
        return (Long)
                harness.getOperator().getRuntimeContext().getAccumulator(name).getLocalValue();
    }
}
