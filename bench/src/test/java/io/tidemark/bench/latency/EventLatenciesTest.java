package io.tidemark.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventLatenciesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Load.Span ALL = new Load.Span(0, Long.MAX_VALUE);

    @Test
    void aRowCountsFromWhenItsEventWasDueUntilItWasFirstSeen() {
        EventLatencies latencies = new EventLatencies(ALL, new long[] {0});
        latencies.sent(0, 0, SECOND);
        latencies.visible(0, 0, SECOND + 1_000);
        assertThat(latencies.settled()).isZero();
        latencies.visible(0, 1, SECOND + 7_000);
        latencies.visible(0, 1, SECOND + 9_000);
        assertThat(latencies.settled()).isEqualTo(1);
        assertThat(latencies.micros().getMaxValue()).isEqualTo(7);
        assertThat(latencies.micros().getTotalCount()).isEqualTo(1);
    }

    @Test
    void offsetsOfEachPartitionAreItsOwnAndBeginWhereItWas() {
        EventLatencies latencies = new EventLatencies(ALL, new long[] {500, 0, 7});
        latencies.sent(0, 500, SECOND);
        latencies.sent(1, 0, 2 * SECOND);
        latencies.sent(2, 7, 3 * SECOND);
        latencies.visible(0, 501, SECOND + 1_000);
        latencies.visible(1, 1, 2 * SECOND + 2_000);
        latencies.visible(2, 7, 3 * SECOND + 3_000);
        assertThat(latencies.visible()).isEqualTo(2);
        assertThat(counts(latencies)).containsExactly(1L, 2L);
        latencies.visible(2, 8, 3 * SECOND + 4_000);
        assertThat(counts(latencies)).containsExactly(1L, 2L, 4L);
    }

    @Test
    void anAnswerThatComesAfterTheRowWasSeenChangesNothing() {
        EventLatencies latencies = new EventLatencies(ALL, new long[] {0});
        latencies.visible(0, 1, SECOND + 5_000);
        latencies.visible(0, 3, SECOND + 8_000);
        assertThat(latencies.settled()).isZero();
        latencies.sent(0, 2, SECOND + 2_000);
        latencies.sent(0, 1, SECOND + 1_000);
        assertThat(latencies.settled()).isZero();
        latencies.sent(0, 0, SECOND);
        assertThat(latencies.settled()).isEqualTo(3);
        assertThat(counts(latencies)).containsExactly(5L, 6L, 7L);
    }

    @Test
    void inWhateverOrderAnswersComeTheLatenciesAreTheSame() {
        long[] firsts = {3, 0, 90_000};
        List<Runnable> inOrder = tellAbout(new EventLatencies(ALL, firsts), firsts);
        EventLatencies expected = new EventLatencies(ALL, firsts);
        tellAbout(expected, firsts).forEach(Runnable::run);
        assertThat(expected.settled()).isEqualTo(3 * 1_000);
        for (int seed = 0; seed < 20; seed++) {
            EventLatencies shuffled = new EventLatencies(ALL, firsts);
            List<Runnable> tellings = tellAbout(shuffled, firsts);
            // The ledger only goes on: what it tells stays in order, at the end, in between or before all answers.
            List<Runnable> answers = new ArrayList<>(tellings.subList(0, 3_000));
            Collections.shuffle(answers, new Random(seed));
            List<Runnable> sightings = tellings.subList(3_000, tellings.size());
            int before = seed * sightings.size() / 19;
            sightings.subList(0, before).forEach(Runnable::run);
            answers.forEach(Runnable::run);
            sightings.subList(before, sightings.size()).forEach(Runnable::run);
            assertThat(shuffled.micros()).as("seed %d", seed).isEqualTo(expected.micros());
        }
        assertThat(inOrder).hasSize(3_300);
    }

    /** A thousand answers of each of three partitions, then a hundred sightings of each. */
    private static List<Runnable> tellAbout(EventLatencies latencies, long[] firsts) {
        List<Runnable> tellings = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            for (int p = 0; p < firsts.length; p++) {
                int partition = p;
                long number = i;
                tellings.add(() -> latencies.sent(
                        partition, firsts[partition] + number, SECOND + (3 * number + partition) * 1_000));
            }
        }
        for (int i = 1; i <= 100; i++) {
            for (int p = 0; p < firsts.length; p++) {
                int partition = p;
                long number = i;
                tellings.add(() -> latencies.visible(
                        partition, firsts[partition] + 10 * number, SECOND + 30 * number * 1_000 + 500_000));
            }
        }
        return tellings;
    }

    @Test
    void onlyEventsThatWereDueInTheTimeMeasuredAreRecorded() {
        EventLatencies latencies = new EventLatencies(new Load.Span(2 * SECOND, 3 * SECOND), new long[] {0});
        latencies.sent(0, 0, 2 * SECOND - 1);
        latencies.sent(0, 1, 2 * SECOND);
        latencies.sent(0, 2, 3 * SECOND - 1);
        latencies.sent(0, 3, 3 * SECOND);
        latencies.visible(0, 4, 4 * SECOND);
        assertThat(latencies.settled()).isEqualTo(4);
        assertThat(latencies.micros().getTotalCount()).isEqualTo(2);
    }

    @Test
    void moreEventsThanThereWasRoomForAreKept() {
        EventLatencies latencies = new EventLatencies(ALL, new long[] {0});
        for (int offset = 0; offset < 200_000; offset++) {
            latencies.sent(0, offset, SECOND + offset);
        }
        latencies.visible(0, 200_000, 2 * SECOND);
        assertThat(latencies.settled()).isEqualTo(200_000);
    }

    @Test
    void anOffsetFromBeforeIsRefused() {
        EventLatencies latencies = new EventLatencies(ALL, new long[] {5});
        assertThatThrownBy(() -> latencies.sent(0, 4, SECOND)).hasMessage("Offset 4 of partition 0 was there before");
    }

    private static List<Long> counts(EventLatencies latencies) {
        List<Long> values = new ArrayList<>();
        latencies.micros().recordedValues().forEach(each -> values.add(each.getValueIteratedTo()));
        return values;
    }
}
