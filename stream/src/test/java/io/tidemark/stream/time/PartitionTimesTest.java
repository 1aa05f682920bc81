package io.tidemark.stream.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.aggregate.PartitionTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionTimesTest {
    private static final long NOON = 1_772_366_400_000L;
    private static final long DELAY = 15_000;
    private static final long QUIET_AFTER = 5_000;
    private static final long TWO_WEEKS = Duration.ofDays(14).toMillis();
    private static final TumblingWindows WINDOWS = new TumblingWindows(300_000);

    private final PartitionTimes times = times();

    private static PartitionTimes times() {
        return new PartitionTimes(WINDOWS, Duration.ofMillis(DELAY), Duration.ofMillis(QUIET_AFTER), 0);
    }

    private static long behind(long newest) {
        return newest - DELAY - 1;
    }

    private void assign(int... partitions) {
        for (int partition : partitions) {
            times.assign(new Assignment(partition, 0));
        }
    }

    @Test
    void slowestPartitionHoldsTheOthersBack() {
        assign(0, 1);
        times.event(0, 0, NOON - TWO_WEEKS);
        times.event(1, 0, NOON);
        assertThat(times.watermark()).isEqualTo(behind(NOON - TWO_WEEKS));
        times.event(0, 1, NOON + 1);
        assertThat(times.watermark()).isEqualTo(behind(NOON));
    }

    @Test
    void olderEventTakesNothingBack() {
        assign(0);
        times.event(0, 0, NOON);
        times.event(0, 1, NOON - 60_000);
        assertThat(times.watermark()).isEqualTo(behind(NOON));
    }

    @Test
    void assignedPartitionHoldsTheOthersBackBeforeItsFirstEvent() {
        assign(0, 1);
        times.event(0, 0, NOON);
        for (long now = 0; now < 600_000; now += 200) {
            times.tick(now);
            assertThat(times.watermark()).isEqualTo(Long.MIN_VALUE);
            assertThat(times.isIdle()).isFalse();
        }
    }

    @Test
    void theEndOfAWindowIsToldAtOnce() {
        assign(0);
        assertThat(times.event(0, 0, NOON)).isTrue();
        assertThat(times.event(0, 1, NOON + 14_999)).isFalse();
        assertThat(times.event(0, 2, NOON + 15_000)).isTrue();
        assertThat(times.watermark()).isEqualTo(NOON - 1);
        assertThat(times.event(0, 3, NOON + 16_000)).isFalse();
    }

    @Test
    void silentPartitionsAreThoseWithoutAnEventForLongEnough() {
        times.assign(new Assignment(0, 7));
        times.assign(new Assignment(1, 3));
        times.tick(1_000);
        times.tick(5_999);
        assertThat(times.silent()).isEmpty();
        times.tick(6_000);
        assertThat(times.silent()).isEqualTo(Map.of(0, 7L, 1, 3L));
        times.event(0, 8, NOON);
        assertThat(times.silent()).isEqualTo(Map.of(1, 3L));
        times.tick(6_200);
        times.tick(11_200);
        assertThat(times.silent()).isEqualTo(Map.of(0, 9L, 1, 3L));
    }

    @Test
    void silenceAloneIsNotQuiet() {
        assign(0);
        times.event(0, 0, NOON);
        for (long now = 0; now < 600_000; now += 200) {
            times.tick(now);
            assertThat(times.isIdle()).isFalse();
        }
    }

    @Test
    void partitionIsQuietOnceKafkaHasSaidThatNothingIsLeft() {
        assign(0);
        times.event(0, 0, NOON);
        times.tick(0);
        times.answered(QUIET_AFTER, Set.of(0));
        times.tick(QUIET_AFTER);
        assertThat(times.isIdle()).isTrue();
        assertThat(times.watermark()).isEqualTo(behind(NOON));
    }

    @Test
    void answerToAQuestionFromBeforeDoesNotCount() {
        assign(0);
        times.tick(1_000);
        times.answered(5_999, Set.of(0));
        times.tick(6_200);
        assertThat(times.isIdle()).isFalse();
    }

    @Test
    void answerIsSoonOutOfDate() {
        assign(0);
        times.tick(0);
        times.answered(5_000, Set.of(0));
        times.tick(8_000);
        assertThat(times.isIdle()).isTrue();
        times.tick(8_001);
        assertThat(times.isIdle()).isFalse();
    }

    @Test
    void noAnswerEndsTheQuiet() {
        assign(0);
        times.tick(0);
        times.answered(5_000, Set.of(0));
        times.tick(5_000);
        times.unanswered();
        times.tick(5_200);
        assertThat(times.isIdle()).isFalse();
    }

    @Test
    void partitionWithABacklogIsNotQuietAndHoldsEventTime() {
        assign(0, 1);
        times.event(0, 0, NOON);
        times.event(1, 0, NOON + 60_000);
        times.tick(0);
        times.answered(5_000, Set.of(1));
        times.tick(5_000);
        assertThat(times.isIdle()).isFalse();
        assertThat(times.watermark()).isEqualTo(behind(NOON));
    }

    @Test
    void quietPartitionHoldsNobodyBack() {
        assign(0, 1);
        times.event(0, 0, NOON - TWO_WEEKS);
        times.event(1, 0, NOON);
        times.tick(0);
        times.event(1, 1, NOON + 1);
        times.answered(5_000, Set.of(0, 1));
        times.tick(5_000);
        assertThat(times.isIdle()).isFalse();
        assertThat(times.watermark()).isEqualTo(behind(NOON + 1));
    }

    @Test
    void whenAllAreQuietTheHighestCounts() {
        assign(0, 1, 2);
        times.event(0, 0, NOON - TWO_WEEKS);
        times.event(1, 0, NOON);
        times.tick(0);
        times.answered(5_000, Set.of(0, 1, 2));
        times.tick(5_000);
        assertThat(times.isIdle()).isTrue();
        assertThat(times.watermark()).isEqualTo(behind(NOON));
    }

    @Test
    void nextEventEndsTheQuietAtOnce() {
        assign(0);
        times.event(0, 0, NOON);
        times.tick(0);
        times.answered(5_000, Set.of(0));
        times.tick(5_000);
        assertThat(times.event(0, 1, NOON - 60_000)).isTrue();
        assertThat(times.isIdle()).isFalse();
        times.tick(5_200);
        assertThat(times.isIdle()).isFalse();
    }

    @Test
    void partitionAssignedLaterEndsTheIdlenessToo() {
        assign(0);
        times.tick(0);
        times.answered(5_000, Set.of(0));
        times.tick(5_000);
        assign(1);
        assertThat(times.isIdle()).isFalse();
    }

    @Test
    void withoutPartitionsItIsIdleOnceKafkaAnswers() {
        times.tick(4_999);
        assertThat(times.waitsForPartitions()).isFalse();
        times.tick(60_000);
        assertThat(times.waitsForPartitions()).isTrue();
        assertThat(times.isIdle()).isFalse();
        times.answered(60_000, Set.of());
        times.tick(60_200);
        assertThat(times.isIdle()).isTrue();
        assertThat(times.watermark()).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void clockThatIsSetBackMakesNobodyQuietAndStopsNothing() {
        assign(0);
        times.tick(100_000);
        times.answered(105_000, Set.of(0));
        times.tick(105_000);
        assertThat(times.isIdle()).isTrue();
        times.tick(1_000);
        assertThat(times.isIdle()).isFalse();
        times.tick(6_000);
        assertThat(times.silent()).containsKey(0);
        times.answered(6_000, Set.of(0));
        times.tick(6_200);
        assertThat(times.isIdle()).isTrue();
    }

    @Test
    void timeIsKnownAgainAfterARestart() {
        assign(0, 1);
        times.event(0, 0, NOON);
        times.event(1, 0, NOON + 1);
        PartitionTimes after = times();
        after.restore(List.of(new PartitionTime(0, NOON - 5)));
        after.restore(times.save());
        after.assign(new Assignment(0, 1));
        assertThat(after.watermark()).isEqualTo(behind(NOON));
        assertThat(after.save())
                .as("also of a partition that another subtask reads")
                .containsExactlyInAnyOrder(new PartitionTime(0, NOON), new PartitionTime(1, NOON + 1));
    }

    @Test
    void recordOfAPartitionThatWasNotAssignedIsAnError() {
        assign(3);
        assertThatThrownBy(() -> times.event(0, 0, NOON))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("partition 0")
                .hasMessageContaining("[3]");
    }
}
