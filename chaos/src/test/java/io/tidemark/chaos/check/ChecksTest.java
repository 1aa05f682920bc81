package io.tidemark.chaos.check;

import static io.tidemark.chaos.check.Fabricated.AGENT;
import static io.tidemark.chaos.check.Fabricated.BROKEN;
import static io.tidemark.chaos.check.Fabricated.FIRST;
import static io.tidemark.chaos.check.Fabricated.IP;
import static io.tidemark.chaos.check.Fabricated.OTHER;
import static io.tidemark.chaos.check.Fabricated.RUBBISH;
import static io.tidemark.chaos.check.Fabricated.SECOND;
import static io.tidemark.chaos.check.Fabricated.TOPIC;
import static io.tidemark.chaos.check.Fabricated.URL;
import static io.tidemark.chaos.check.Fabricated.source;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.check.Evidence.Forwarded;
import io.tidemark.chaos.check.Evidence.LedgerRow;
import io.tidemark.chaos.check.Evidence.RejectedRow;
import io.tidemark.chaos.check.Evidence.Returned;
import io.tidemark.chaos.check.Evidence.Row;
import io.tidemark.chaos.check.Evidence.Source;
import io.tidemark.chaos.traffic.Expected.WindowHost;
import io.tidemark.chaos.traffic.Expected.WindowReferrer;
import io.tidemark.chaos.traffic.Outcome;
import io.tidemark.chaos.traffic.Place;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ChecksTest {
    private static final Outcome.Stored EVENT = new Outcome.Stored("a.test", "https://r.test/", 1_000, URL, IP, AGENT);
    private static final Source ELSEWHERE = new Source("00000000-0000-0000-0000-0000000000bb", FIRST);

    private final Fabricated run = new Fabricated();

    @Test
    void nothingIsFoundWhereAllIsAsItMustBe() {
        assertThat(Checks.run(run.expected(), run.evidence())).isEmpty();
    }

    @Test
    void aLostRowIsFound() {
        run.rows.remove(1);
        assertThat(run.failing()).containsExactly("stored-once");
    }

    @Test
    void aRowStoredTwiceIsFound() {
        run.rows.add(run.rows.get(0));
        assertThat(run.failing()).containsExactly("stored-once");
    }

    @Test
    void aRowOfAnotherTopicIsFound() {
        run.rows.add(new Row(ELSEWHERE, EVENT));
        assertThat(run.failing()).containsExactly("stored-once");
    }

    @Test
    void aRowThatIsNotAsItWasSentIsFound() {
        run.rows.set(0, new Row(source(FIRST), EVENT));
        assertThat(run.failing()).isEmpty();
        for (Outcome.Stored other : others()) {
            run.rows.set(0, new Row(source(FIRST), other));
            assertThat(run.failing()).as("%s", other).containsExactly("stored-once");
        }
        run.rows.set(0, new Row(source(FIRST), EVENT.withoutUserAgent()));
        assertThat(run.failing()).containsExactly("stored-once");
    }

    /** Each with one thing that was not sent so. */
    private static List<Outcome.Stored> others() {
        return List.of(
                new Outcome.Stored("b.test", "https://r.test/", 1_000, URL, IP, AGENT),
                new Outcome.Stored("a.test", "", 1_000, URL, IP, AGENT),
                new Outcome.Stored("a.test", "https://r.test/", 1_001, URL, IP, AGENT),
                new Outcome.Stored("a.test", "https://r.test/", 1_000, null, IP, AGENT),
                new Outcome.Stored("a.test", "https://r.test/", 1_000, URL, "192.0.2.2", AGENT));
    }

    @Test
    void aRejectedRecordThatIsStoredIsFound() {
        run.rows.add(new Row(source(BROKEN), EVENT));
        assertThat(run.failing()).containsExactly("stored-once");
    }

    @Test
    void aLedgerThatStandsElsewhereThanKafkaIsFound() {
        run.ledger.set(1, new LedgerRow(TOPIC, 1, 0, 0, 0, 0, 0));
        assertThat(run.failing()).containsExactly("accounting");
    }

    @Test
    void aLedgerWhoseCountsAreNotTheOraclesIsFound() {
        run.ledger.set(0, new LedgerRow(TOPIC, 0, 0, 3, 1, 2, 0));
        assertThat(run.failing()).containsExactly("accounting");
        run.ledger.set(0, new LedgerRow(TOPIC, 0, 0, 3, 2, 0, 1));
        assertThat(run.failing()).containsExactly("accounting");
    }

    @Test
    void aLedgerThatDoesNotAddUpIsFound() {
        run.ledger.set(0, new LedgerRow(TOPIC, 0, 0, 3, 2, 2, 0));
        assertThat(run.failing()).containsExactly("accounting");
    }

    @Test
    void aPartitionWithoutALedgerAndALedgerWithoutAPartitionAreFound() {
        run.ledger.remove(1);
        assertThat(run.failing()).containsExactly("accounting");
        run.ledger.add(new LedgerRow(TOPIC, 1, 0, 1, 1, 0, 0));
        run.ledger.add(new LedgerRow(ELSEWHERE.topicId(), 0, 0, 1, 1, 0, 0));
        assertThat(run.failing()).containsExactly("accounting");
    }

    @Test
    void repeatsInTheSecondTopicAreNoFault() {
        run.forwarded.addAll(List.copyOf(run.forwarded));
        assertThat(run.failing()).isEmpty();
    }

    @Test
    void anEventMissingFromTheSecondTopicIsFound() {
        run.forwarded.remove(0);
        assertThat(run.failing()).containsExactly("second-topic");
    }

    @Test
    void aFirstOccurrenceOutOfOrderIsFound() {
        Collections.swap(run.forwarded, 0, 1);
        assertThat(run.failing()).containsExactly("second-topic");
    }

    @Test
    void anEventInAnotherPartitionOfTheSecondTopicIsFound() {
        run.forwarded.set(
                2, new Forwarded(0, source(OTHER), run.forwarded.get(2).event()));
        assertThat(run.failing()).containsExactly("second-topic");
    }

    @Test
    void aRejectedRecordOrOneWithoutASourceInTheSecondTopicIsFound() {
        run.forwarded.add(new Forwarded(0, null, EVENT.withoutUserAgent()));
        assertThat(run.failing()).containsExactly("second-topic");
        run.forwarded.set(3, new Forwarded(0, new Source(TOPIC, new Place(0, 3)), EVENT.withoutUserAgent()));
        assertThat(run.failing()).containsExactly("second-topic");
    }

    @Test
    void anEventThatIsNotInTheSecondTopicAsItWasSentIsFound() {
        for (Outcome.Stored other : others()) {
            run.forwarded.set(0, new Forwarded(0, source(FIRST), other.withoutUserAgent()));
            assertThat(run.failing()).as("%s", other).containsExactly("second-topic");
        }
        run.forwarded.set(0, new Forwarded(0, source(FIRST), null));
        assertThat(run.failing()).containsExactly("second-topic");
    }

    @Test
    void aRepeatInTheSecondTopicThatIsNotAsItWasSentIsFound() {
        run.forwarded.add(new Forwarded(0, source(FIRST), others().get(0).withoutUserAgent()));
        assertThat(run.failing()).containsExactly("second-topic");
    }

    @Test
    void aRejectionThatIsNoRowIsFound() {
        run.rejectedRows.clear();
        assertThat(run.failing()).containsExactly("rejected-rows");
    }

    @Test
    void aRejectionThatIsTwoRowsOrHasAnotherReasonIsFound() {
        run.rejectedRows.add(run.rejectedRows.get(0));
        assertThat(run.failing()).containsExactly("rejected-rows");
        run.rejectedRows.remove(1);
        run.rejectedRows.set(0, new RejectedRow(source(BROKEN), "empty"));
        assertThat(run.failing()).containsExactly("rejected-rows");
    }

    @Test
    void aRejectionOfAnEventThatIsStoredOrOfAnotherTopicIsFound() {
        run.rejectedRows.add(new RejectedRow(source(SECOND), "malformed_json"));
        assertThat(run.failing()).containsExactly("rejected-rows");
        run.rejectedRows.set(1, new RejectedRow(ELSEWHERE, "malformed_json"));
        assertThat(run.failing()).containsExactly("rejected-rows");
    }

    @Test
    void aRejectedRecordMayComeTwice() {
        run.rejected.addAll(List.copyOf(run.rejected));
        assertThat(run.failing()).isEmpty();
    }

    @Test
    void aRejectedRecordThatIsMissingIsFound() {
        run.rejected.clear();
        assertThat(run.failing()).containsExactly("rejected-topic");
    }

    @Test
    void anotherReasonOrValueOfARejectedRecordIsFound() {
        run.rejected.set(0, new Returned(source(BROKEN), "empty", RUBBISH));
        assertThat(run.failing()).containsExactly("rejected-topic");
        run.rejected.set(0, new Returned(source(BROKEN), "malformed_json", null));
        assertThat(run.failing()).containsExactly("rejected-topic");
    }

    @Test
    void aRejectedRecordThatCanBeUsedOrComesFromAnotherTopicIsFound() {
        run.rejected.add(new Returned(source(SECOND), "malformed_json", null));
        assertThat(run.failing()).containsExactly("rejected-topic");
        run.rejected.set(1, new Returned(ELSEWHERE, "missing_coordinates", null));
        assertThat(run.failing()).containsExactly("rejected-topic");
    }

    @Test
    void aCountByHostThatIsOffByOneIsFound() {
        run.byHost.put(new WindowHost(0, "a.test"), 3L);
        assertThat(run.failing()).containsExactly("windows");
    }

    @Test
    void countsThatAgreeWithEachOtherButNotWithTheOracleAreFound() {
        run.byHost.put(new WindowHost(0, "a.test"), 3L);
        run.byReferrer.put(new WindowReferrer(0, "a.test", ""), 2L);
        assertThat(run.failing()).containsExactly("windows");
    }

    @Test
    void aMissingWindowAndOneTooManyAreFound() {
        run.byHost.remove(new WindowHost(5_000, "a.test"));
        run.byReferrer.remove(new WindowReferrer(5_000, "a.test", ""));
        assertThat(run.failing()).containsExactly("windows");
        run.byHost.put(new WindowHost(10_000, "a.test"), 1L);
        assertThat(run.failing()).containsExactly("windows");
    }

    @Test
    void groupsThatDoNotSumUpAreFound() {
        run.groups.put("processed_events_aggregated_page", Map.of(new WindowHost(0, "a.test"), 2L));
        assertThat(run.failing()).containsExactly("windows");
    }

    @Test
    void ofManyDifferencesTheFirstAreToldAndHowManyMore() {
        assertThat(Checks.shortened(
                        "many",
                        IntStream.range(0, 23).mapToObj(Integer::toString).toList()))
                .hasSize(21)
                .last()
                .hasToString("many: and 3 more");
    }
}
