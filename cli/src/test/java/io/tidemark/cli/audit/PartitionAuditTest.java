package io.tidemark.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.audit.Difference.Kind;
import io.tidemark.cli.audit.PartitionReport.Bounds;
import io.tidemark.store.AuditOffsets;
import io.tidemark.store.AuditOffsets.Range;
import io.tidemark.store.AuditSnapshot.Account;
import io.tidemark.store.AuditSnapshot.Partition;
import io.tidemark.store.AuditSnapshot.Repeated;
import io.tidemark.store.AuditSnapshot.Rows;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A partition of ten offsets, of which 3 and 4 are rejected and 9 is absent; each test breaks one thing. */
class PartitionAuditTest {
    private static final Partition PARTITION = new Partition(new UUID(1, 2), 5);
    private static final String PLACE = "web-events partition 5";

    private @Nullable Account account = new Account(0, 10, 7, 2, 1);
    private AuditOffsets stored = AuditOffsets.of(0, 1, 2, 5, 6, 7, 8);
    private long tooMany;
    private List<Repeated> repeated = List.of();
    private AuditOffsets rejected = AuditOffsets.of(3, 4);
    private AuditOffsets inTopic = AuditOffsets.of(3, 4);
    private AuditOffsets gone = new AuditOffsets();
    private boolean topicWhole = true;
    private @Nullable Bounds bounds = new Bounds(0, 12);

    @Test
    void partitionOfWhichEveryOffsetIsInOnePlaceHasNoDifference() {
        assertThat(audit().report().differences()).isEmpty();
        assertThat(audit().gaps(9)).containsExactly(new Range(9, 9));
        assertThat(audit().report().lag()).isEqualTo(2);
    }

    @Test
    void offsetsBeforeTheFirstThatWasReadAreToldOf() {
        assertThat(audit().report().passedOver()).isZero();
        bounds = new Bounds(0, 30);
        account = new Account(20, 20, 0, 0, 0);
        assertThat(audit().report().passedOver()).isEqualTo(20);
        bounds = new Bounds(15, 30);
        assertThat(audit().report().passedOver()).isEqualTo(5);
    }

    @Test
    void partitionOfNothingHasNoDifference() {
        account = null;
        stored = new AuditOffsets();
        rejected = new AuditOffsets();
        inTopic = new AuditOffsets();
        assertThat(audit().report().differences()).isEmpty();
        assertThat(audit().gaps(9)).isEmpty();
        assertThat(audit().report().lag()).isEqualTo(12);
    }

    @Test
    void whatWasDeletedAndNotedIsNoDifference() {
        stored = AuditOffsets.of(0, 7, 8);
        gone = AuditOffsets.of(1, 2, 5, 6);
        assertThat(audit().report().differences()).isEmpty();
        assertThat(audit().gaps(9)).containsExactly(new Range(9, 9));
        assertThat(second(0, 1, 2, 5, 6, 7, 8)).isEmpty();
    }

    @Test
    void whatWasDeletedAndNotNotedIsFound() {
        stored = AuditOffsets.of(0, 7, 8);
        gone = AuditOffsets.of(1, 2, 5);
        assertOnly(
                Kind.STORED_COUNT,
                "processed_events holds 1 event fewer than ingest_ledger counts as stored and ingest_gone as deleted");
        assertThat(audit().gaps(9)).containsExactly(new Range(6, 6), new Range(9, 9));
    }

    @Test
    void rowThatCameBackIsFound() {
        stored = AuditOffsets.of(0, 2, 5, 6, 7, 8);
        gone = AuditOffsets.of(1, 2);
        assertThat(audit().report().differences())
                .contains(new Difference(
                        Kind.STORED_AND_GONE,
                        PLACE,
                        "1 offset is in processed_events, and in ingest_gone as deleted: 2"));
    }

    @Test
    void coordinatesWithSeveralRowsAreFound() {
        tooMany = 3;
        repeated = List.of(new Repeated(5, 3), new Repeated(7, 2));
        assertOnly(Kind.STORED_TWICE, "3 rows too many in processed_events: offset 5 has 3 rows, offset 7 has 2 rows");
    }

    @Test
    void missingRowIsFoundWithItsOffset() {
        stored = AuditOffsets.of(0, 1, 2, 5, 7, 8);
        assertOnly(Kind.STORED_COUNT, "processed_events holds 1 event fewer than ingest_ledger counts as stored");
        assertThat(audit().gaps(9)).containsExactly(new Range(6, 6), new Range(9, 9));
    }

    @Test
    void recordInNoPlaceIsFoundWithItsOffset() {
        PartitionAudit audit = audit();
        audit.addInNoPlace(List.of(new Range(6, 6), new Range(9, 11)));
        assertThat(audit.report().differences())
                .containsExactly(new Difference(
                        Kind.IN_NO_PLACE,
                        PLACE,
                        "web-events holds records that ingest_ledger has passed, and that are neither stored nor rejected,"
                                + " at 6, 9 to 11"));
    }

    @Test
    void rowThatTheLedgerHasNotPassedIsFound() {
        stored.add(10);
        assertOnly(Kind.STORED_OUTSIDE, "1 offset is stored, and not passed by ingest_ledger: 10");
    }

    @Test
    void rowBeforeTheFirstOffsetIsFound() {
        account = new Account(2, 10, 5, 2, 1);
        assertOnly(Kind.STORED_OUTSIDE, "2 offsets are stored, and not passed by ingest_ledger: 0 to 1");
    }

    @Test
    void missingRejectedRowIsFoundWithItsOffset() {
        rejected = AuditOffsets.of(4);
        inTopic = AuditOffsets.of(4);
        assertOnly(Kind.REJECTED_COUNT, "ingest_rejected holds 1 record fewer than ingest_ledger counts as rejected");
        assertThat(audit().gaps(9)).containsExactly(new Range(3, 3), new Range(9, 9));
    }

    @Test
    void rejectedRowThatTheLedgerDoesNotCountIsFound() {
        rejected.add(9);
        inTopic.add(9);
        assertOnly(Kind.REJECTED_COUNT, "ingest_rejected holds 1 record more than ingest_ledger counts as rejected");
    }

    @Test
    void rejectedRowThatTheLedgerHasNotPassedIsFound() {
        rejected.add(10);
        inTopic.add(10);
        assertOnly(Kind.REJECTED_OUTSIDE, "1 offset is rejected, and not passed by ingest_ledger: 10");
    }

    @Test
    void rejectedRecordThatIsNotInTheTopicIsFound() {
        inTopic = AuditOffsets.of(4);
        assertOnly(Kind.REJECTED_MISSING, "1 offset is in ingest_rejected and not in web-events-rejected: 3");
    }

    @Test
    void recordThatIsOnlyInTheRejectedTopicIsFound() {
        inTopic.add(9);
        assertOnly(Kind.REJECTED_SURPLUS, "1 offset is in web-events-rejected and not in ingest_rejected: 9");
    }

    @Test
    void recordInTheRejectedTopicThatTheLedgerHasNotPassedYetIsOnItsWay() {
        inTopic.add(11);
        assertThat(audit().report().differences()).isEmpty();
    }

    @Test
    void coordinatesThatAreStoredAndRejectedAreFound() {
        stored.add(3);
        account = new Account(0, 10, 8, 2, 0);
        assertOnly(Kind.STORED_AND_REJECTED, "1 offset is both stored and rejected: 3");
    }

    @Test
    void coordinatesThatAreStoredAndRejectedAreFoundOfAnEarlierTopicToo() {
        stored.add(4);
        account = new Account(0, 10, 8, 2, 0);
        bounds = null;
        inTopic = new AuditOffsets();
        assertThat(audit().report().differences())
                .containsExactly(new Difference(
                        Kind.STORED_AND_REJECTED,
                        PLACE + " of the earlier topic 00000000-0000-0001-0000-000000000002",
                        "1 offset is both stored and rejected: 4"));
    }

    @Test
    void accountThatDoesNotAddUpIsFound() {
        account = new Account(0, 10, 7, 2, 0);
        assertOnly(
                Kind.ACCOUNT_SUM,
                "ingest_ledger has passed 1 offset more than it counts as stored, rejected or absent");
    }

    @Test
    void rowsOfAPartitionWithoutAnAccountAreFound() {
        account = null;
        assertOnly(
                Kind.NO_ACCOUNT,
                "9 offsets are stored or rejected, and the partition has no row in ingest_ledger: 0 to 8");
    }

    @Test
    void ledgerThatIsAheadOfKafkaIsFound() {
        bounds = new Bounds(0, 9);
        assertOnly(Kind.BEYOND_KAFKA, "ingest_ledger stands at offset 10, and web-events ends at 9");
    }

    @Test
    void offsetsDeletedBeforeTheyWereReadAreFound() {
        bounds = new Bounds(15, 20);
        assertOnly(Kind.DELETED_UNREAD, "Kafka has deleted offsets 10 to 14 before they were read");
        assertThat(audit().report().lag()).isEqualTo(5);
    }

    @Test
    void ofARejectedTopicThatIsNotWholeNothingIsMissed() {
        inTopic = AuditOffsets.of(4);
        topicWhole = false;
        assertThat(audit().report().differences()).isEmpty();
    }

    @Test
    void ofAnEarlierTopicTheTablesAreChecked() {
        bounds = null;
        inTopic = new AuditOffsets();
        assertThat(audit().report().differences()).isEmpty();
        stored.add(9);
        assertThat(audit().report().differences()).extracting(Difference::kind).containsExactly(Kind.STORED_COUNT);
    }

    @Test
    void secondTopicThatHoldsEveryStoredEventInOrderHasNoDifference() {
        assertThat(second(0, 1, 2, 1, 2, 5, 6, 7, 5, 6, 7, 8, 8, 10, 11)).isEmpty();
    }

    @Test
    void eventThatIsMissingInTheSecondTopicIsFound() {
        assertThat(second(0, 1, 2, 6, 7, 8))
                .containsExactly(new Difference(
                        Kind.SECOND_MISSING, PLACE, "1 offset is stored and not in process_events_kafka: 5"));
    }

    @Test
    void eventThatReadersWouldDropIsFoundOnce() {
        assertThat(second(0, 1, 2, 6, 5, 7, 5, 8))
                .containsExactly(
                        new Difference(
                                Kind.SECOND_ORDER,
                                PLACE,
                                "1 offset is in process_events_kafka behind a higher one, and readers take it for a repeat: 5"));
    }

    @Test
    void eventThatIsOnlyInTheSecondTopicIsFound() {
        assertThat(second(0, 1, 2, 3, 5, 6, 7, 8))
                .containsExactly(new Difference(
                        Kind.SECOND_SURPLUS, PLACE, "1 offset is in process_events_kafka and not stored: 3"));
    }

    @Test
    void ofASecondTopicThatIsNotWholeOnlyWhatIsThereIsCompared() {
        SecondTopicScan.Seen seen = seen(6, 8);
        PartitionAudit audit = audit();
        audit.compareSecond(seen, false);
        assertThat(audit.report().differences())
                .extracting(Difference::message)
                .containsExactly("1 offset is stored and not in process_events_kafka: 7");
    }

    @Test
    void eventInAnotherPartitionOfTheSecondTopicIsFound() {
        SecondTopicScan.Seen seen = seen(0, 1, 2, 5, 6, 7);
        seen.add(8, false);
        PartitionAudit audit = audit();
        audit.compareSecond(seen, true);
        assertThat(audit.report().differences()).extracting(Difference::kind).containsExactly(Kind.SECOND_PARTITION);
    }

    @Test
    void repeatsAreCounted() {
        assertThat(seen(0, 1, 0, 1, 1, 2).repeats()).isEqualTo(3);
        assertThat(seen(0, 2, 1, 1, 2).repeats()).isEqualTo(2);
    }

    private List<Difference> second(long... offsets) {
        PartitionAudit audit = audit();
        audit.compareSecond(seen(offsets), true);
        return audit.report().differences();
    }

    private static SecondTopicScan.Seen seen(long... offsets) {
        SecondTopicScan.Seen seen = new SecondTopicScan().of(PARTITION);
        for (long offset : offsets) {
            seen.add(offset, true);
        }
        return seen;
    }

    private void assertOnly(Kind kind, String message) {
        assertThat(audit().report().differences()).containsExactly(new Difference(kind, PLACE, message));
    }

    private PartitionAudit audit() {
        PartitionAudit audit = new PartitionAudit(
                PARTITION,
                new Rows(account, stored, stored.size() + tooMany, repeated, rejected, gone),
                bounds,
                inTopic,
                topicWhole);
        audit.compare();
        return audit;
    }
}
