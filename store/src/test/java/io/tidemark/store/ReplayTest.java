package io.tidemark.store;

import static io.tidemark.store.StoreFixture.TOPIC;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static io.tidemark.store.StoreFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.RejectReason;
import org.junit.jupiter.api.Test;

/** A writer that reads again from further back than the ledger. */
class ReplayTest {
    /** Further apart than what a writer asks for at once. */
    private static final long FAR = 250_000;

    private final StoreConfig config = StoreFixture.newDatabase();

    private static Rejection broken(long offset) {
        return new Rejection(at(0, offset), RejectReason.MALFORMED_JSON, "broken");
    }

    @Test
    void whatWasDecidedFarBehindIsKnownToo() {
        try (EventWriter writer = new EventWriter(config)) {
            writer.add(event(), at(0, 0));
            writer.reject(broken(1));
            writer.reject(broken(FAR));
            writer.add(event(), at(0, FAR + 1));
            writer.reject(broken(2 * FAR));
            writer.flush();
        }
        try (EventWriter successor = new EventWriter(config)) {
            assertThat(successor.add(event(), at(0, 0))).isEqualTo(Admission.STORED);
            assertThat(successor.add(event(), at(0, 1))).isEqualTo(Admission.REJECTED);
            assertThat(successor.add(event(), at(0, FAR))).isEqualTo(Admission.REJECTED);
            assertThat(successor.rejectedBefore(at(0, FAR))).isEqualTo(broken(FAR));
            assertThat(successor.add(event(), at(0, FAR + 1))).isEqualTo(Admission.STORED);
            assertThat(successor.add(event(), at(0, 2 * FAR))).isEqualTo(Admission.REJECTED);
            assertThat(successor.add(event(), at(0, 2 * FAR + 1))).isEqualTo(Admission.NEW);
            assertThat(successor.hasPending()).isTrue();
        }
    }

    @Test
    void whatStandsBeforeTheFirstOffsetOfAllIsNeitherStoredNorRejected() {
        try (EventWriter fromLatest = new EventWriter(config)) {
            fromLatest.add(event(), at(0, 1_000));
            fromLatest.flush();
        }
        try (EventWriter fromEarliest = new EventWriter(config)) {
            assertThat(fromEarliest.add(event(), at(0, 0))).isEqualTo(Admission.PASSED_OVER);
            assertThat(fromEarliest.reject(broken(999))).isEqualTo(Admission.PASSED_OVER);
            assertThat(fromEarliest.add(event(), at(0, 1_000))).isEqualTo(Admission.STORED);
            assertThat(fromEarliest.hasPending()).isFalse();
        }
        assertThat(rows(config, "select topic_id, first_offset, next_offset, stored from ingest_ledger"))
                .containsExactly(TOPIC + "|1000|1001|1");
    }

    @Test
    void whatAStartPassedOverBehindStoredEventsIsNeverTakenForStored() {
        try (EventWriter first = new EventWriter(config)) {
            first.add(event(), at(0, 0));
            first.flush();
            first.add(event(), at(0, 3)); // A gap within what is read: Kafka holds nothing there.
            first.flush();
        }
        try (EventWriter fromLatest = new EventWriter(config)) {
            fromLatest.add(event(), at(0, 10));
            fromLatest.add(event(), at(1, 5));
            fromLatest.flush();
        }
        try (EventWriter fromEarliest = new EventWriter(config)) {
            assertThat(fromEarliest.add(event(), at(0, 3))).isEqualTo(Admission.STORED);
            assertThat(fromEarliest.add(event(), at(0, 4))).isEqualTo(Admission.PASSED_OVER);
            assertThat(fromEarliest.reject(broken(9))).isEqualTo(Admission.PASSED_OVER);
            assertThat(fromEarliest.add(event(), at(0, 10))).isEqualTo(Admission.STORED);
            assertThat(fromEarliest.add(event(), at(0, 11))).isEqualTo(Admission.NEW);
            fromEarliest.flush();
        }
        assertThat(rows(config, "select partition, from_offset, to_offset from ingest_passed_over"))
                .containsExactly("0|4|10");
        assertThat(rows(config, "select partition, next_offset, stored, absent from ingest_ledger order by 1"))
                .containsExactly("0|12|4|8", "1|6|1|0");
    }
}
