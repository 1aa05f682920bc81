package io.tidemark.stream.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.TopicRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrackEventTimeTest {
    private static final long NOON = 1_772_366_400_000L;
    private static final Watermark AT_NOON = new Watermark(NOON - 15_001);
    private static final long STEP = 200;

    private final Kafka kafka = new Kafka();
    private final List<OneInputStreamOperatorTestHarness<TopicRecord, TopicRecord>> opened = new ArrayList<>();
    private OneInputStreamOperatorTestHarness<TopicRecord, TopicRecord> subtask = harness(1, 0);
    private long now;

    private OneInputStreamOperatorTestHarness<TopicRecord, TopicRecord> harness(int parallelism, int index) {
        try {
            OneInputStreamOperatorTestHarness<TopicRecord, TopicRecord> harness =
                    new OneInputStreamOperatorTestHarness<>(
                            new TrackEventTime(
                                    TumblingWindows.of(Duration.ofMinutes(5)),
                                    Duration.ofSeconds(15),
                                    Duration.ofSeconds(5),
                                    () -> kafka),
                            8,
                            parallelism,
                            index);
            opened.add(harness);
            return harness;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void open() throws Exception {
        subtask.open();
    }

    @AfterEach
    void close() throws Exception {
        for (OneInputStreamOperatorTestHarness<TopicRecord, TopicRecord> harness : opened) {
            harness.close();
        }
    }

    private void assign(int partition, long position) throws Exception {
        subtask.processElement(new StreamRecord<>(new Assignment(partition, position).toRecord()));
    }

    private static TopicRecord record(int partition, long offset, long timestamp) {
        return new TopicRecord(new SourceCoordinates(1, 2, partition, offset), timestamp, null, null, null);
    }

    /** The next record of a partition, which Kafka held. */
    private void deliver(int partition, long timestamp) throws Exception {
        long offset = kafka.delivered.merge(partition, 1L, Long::sum) - 1;
        subtask.processElement(new StreamRecord<>(record(partition, offset, timestamp)));
    }

    private void pass(long millis) throws Exception {
        for (long end = now + millis; now < end; ) {
            now += STEP;
            subtask.setProcessingTime(now);
        }
    }

    /** As when a process is stopped, and goes on: all that time is one step. */
    private void standStill(long millis) throws Exception {
        now += millis;
        subtask.setProcessingTime(now);
    }

    private List<Object> told() {
        List<Object> told = new ArrayList<>();
        for (Object element : subtask.getOutput()) {
            if (!(element instanceof StreamRecord)) {
                told.add(element);
            }
        }
        subtask.getOutput().clear();
        return told;
    }

    @Test
    void recordsGoOnAndAnnouncementsDoNot() throws Exception {
        assign(0, 0);
        deliver(0, NOON);
        assertThat(subtask.extractOutputValues()).containsExactly(record(0, 0, NOON));
    }

    @Test
    void theEndOfAWindowIsToldBehindTheRecordThatReachedIt() throws Exception {
        assign(0, 0);
        deliver(0, NOON);
        subtask.getOutput().clear();
        deliver(0, NOON + 15_000);
        assertThat(subtask.getOutput())
                .containsExactly(new StreamRecord<>(record(0, 1, NOON + 15_000)), new Watermark(NOON - 1));
        deliver(0, NOON + 16_000);
        assertThat(told()).doesNotContain(new Watermark(NOON + 999));
        pass(STEP);
        assertThat(told()).containsExactly(new Watermark(NOON + 999));
    }

    @Test
    void drainedPartitionIsQuietAfterAWhileAndTheStatusIsIdle() throws Exception {
        assign(0, 0);
        deliver(0, NOON);
        pass(5_000);
        assertThat(told()).containsExactly(AT_NOON);
        pass(1_500);
        assertThat(told()).containsExactly(WatermarkStatus.IDLE);
        pass(60_000);
        assertThat(told()).isEmpty();
    }

    @Test
    void nextEventEndsTheIdlenessBeforeItIsHandedOn() throws Exception {
        assign(0, 0);
        deliver(0, NOON);
        pass(7_000);
        subtask.getOutput().clear();
        deliver(0, NOON + 20_000);
        assertThat(subtask.getOutput())
                .containsExactly(
                        WatermarkStatus.ACTIVE,
                        new StreamRecord<>(record(0, 1, NOON + 20_000)),
                        new Watermark(NOON + 4_999));
    }

    @Test
    void kafkaThatDoesNotAnswerMakesNobodyQuiet() throws Exception {
        kafka.answers = false;
        assign(0, 0);
        deliver(0, NOON);
        pass(600_000);
        assertThat(told()).containsExactly(AT_NOON);
        assertThat(kafka.asked).as("one question at a time").isEqualTo(1);
    }

    @Test
    void kafkaThatFailsIsAskedAgain() throws Exception {
        kafka.fails = true;
        assign(0, 0);
        deliver(0, NOON);
        pass(60_000);
        assertThat(told()).containsExactly(AT_NOON);
        assertThat(kafka.asked).isBetween(50, 60);
        kafka.fails = false;
        pass(2_000);
        assertThat(told()).containsExactly(WatermarkStatus.IDLE);
    }

    @Test
    void kafkaThatStopsAnsweringEndsTheQuietSoon() throws Exception {
        assign(0, 0);
        deliver(0, NOON);
        pass(7_000);
        assertThat(told()).containsExactly(AT_NOON, WatermarkStatus.IDLE);
        kafka.answers = false;
        pass(4_000);
        assertThat(told()).containsExactly(WatermarkStatus.ACTIVE);
        pass(600_000);
        assertThat(told()).isEmpty();
    }

    @Test
    void undeliveredRecordsAreNoQuietHoweverSlowTheyCome() throws Exception {
        kafka.held.put(0, 3L);
        assign(0, 0);
        deliver(0, NOON);
        pass(60_000);
        deliver(0, NOON + 1);
        pass(60_000);
        assertThat(told()).doesNotContain(WatermarkStatus.IDLE);
        deliver(0, NOON + 2);
        pass(7_000);
        assertThat(told()).endsWith(WatermarkStatus.IDLE);
    }

    @Test
    void partitionWithoutAnEventHoldsTheOthersBackWhileItHasUndeliveredOnes() throws Exception {
        kafka.held.put(1, 1L);
        assign(0, 0);
        assign(1, 0);
        deliver(0, NOON);
        pass(60_000);
        assertThat(told()).isEmpty();
        deliver(1, NOON + 60_000);
        assertThat(told()).as("the other has become quiet").containsExactly(new Watermark(NOON + 44_999));
    }

    @Test
    void emptyPartitionHoldsTheOthersBackForAMomentOnly() throws Exception {
        assign(0, 0);
        assign(1, 0);
        for (long at = NOON; at < NOON + 10_000; at += STEP) {
            deliver(0, at);
            pass(STEP);
        }
        assertThat(told()).isNotEmpty().doesNotContain(WatermarkStatus.IDLE).endsWith(new Watermark(NOON - 5_201));
    }

    @Test
    void taskThatIsHeldUpByThoseBehindItDoesNotTakeItForQuiet() throws Exception {
        kafka.held.put(0, 100L);
        assign(0, 0);
        deliver(0, NOON);
        pass(STEP);
        standStill(120_000);
        pass(60_000);
        assertThat(told()).containsExactly(AT_NOON);
    }

    @Test
    void processThatStoodStillAsksAnewBeforeItTakesAnythingForQuiet() throws Exception {
        assign(0, 0);
        deliver(0, NOON);
        pass(7_000);
        told();
        kafka.held.put(0, 2L);
        kafka.answers = false;
        standStill(120_000);
        assertThat(told()).containsExactly(WatermarkStatus.ACTIVE);
        kafka.answers = true;
        pass(60_000);
        assertThat(told()).isEmpty();
    }

    @Test
    void subtaskWithoutPartitionsIsIdleAndWastesNoWatermark() throws Exception {
        pass(4_800);
        assertThat(told()).isEmpty();
        pass(1_600);
        assertThat(told()).containsExactly(WatermarkStatus.IDLE);
    }

    @Test
    void subtaskWithoutPartitionsIsNotIdleWhileKafkaDoesNotAnswer() throws Exception {
        kafka.answers = false;
        pass(600_000);
        assertThat(told()).isEmpty();
        assign(0, 0);
        assertThat(told()).isEmpty();
    }

    @Test
    void partitionThatIsFoundLaterEndsTheIdleness() throws Exception {
        assign(0, 0);
        pass(7_000);
        assertThat(told()).containsExactly(WatermarkStatus.IDLE);
        assign(1, 0);
        assertThat(told()).containsExactly(WatermarkStatus.ACTIVE);
    }

    @Test
    void theEndOfAllIsHandedOnAndWhatElseTheSourceSaysIsNot() throws Exception {
        assign(0, 0);
        deliver(0, NOON);
        pass(7_000);
        told();
        subtask.processWatermarkStatus(WatermarkStatus.ACTIVE);
        subtask.processWatermark(NOON + 1);
        assertThat(told()).isEmpty();
        subtask.processWatermark(Watermark.MAX_WATERMARK);
        assertThat(told()).containsExactly(WatermarkStatus.ACTIVE, Watermark.MAX_WATERMARK);
    }

    @Test
    void timeGoesOnFromWhereItWasAfterRescaling() throws Exception {
        assign(0, 0);
        assign(1, 0);
        deliver(0, NOON);
        deliver(1, NOON + 60_000);
        OperatorSubtaskState state = AbstractStreamOperatorTestHarness.repackageState(subtask.snapshot(1, 1));
        for (int index = 0; index < 2; index++) {
            subtask = harness(2, index);
            subtask.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(state, 8, 1, 2, index));
            subtask.open();
            now = 0;
            assign(index, 1);
            pass(STEP);
            assertThat(told()).containsExactly(new Watermark(AT_NOON.getTimestamp() + index * 60_000L));
        }
    }

    /** Holds so many records of each partition; as many as were delivered if nothing is said. */
    private static final class Kafka implements Backlog {
        private final Map<Integer, Long> held = new HashMap<>();
        private final Map<Integer, Long> delivered = new HashMap<>();
        private boolean answers = true;
        private boolean fails;
        private int asked;

        @Override
        public CompletableFuture<Set<Integer>> drained(Map<Integer, Long> positions) {
            asked++;
            if (fails) {
                return CompletableFuture.failedFuture(new IllegalStateException("Kafka is away"));
            }
            Set<Integer> drained = new HashSet<>(positions.keySet());
            drained.removeIf(partition -> delivered.getOrDefault(partition, 0L) < held.getOrDefault(partition, 0L));
            return answers ? CompletableFuture.completedFuture(drained) : new CompletableFuture<>();
        }

        @Override
        public void close() {
            // Nothing to end.
        }
    }
}
