package io.tidemark.stream.aggregate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.EventTime;
import io.tidemark.model.GroupCount;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.TopicRecord;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A job that goes on with an aggregate that it did not count before. */
class NewAggregatesTest {
    private static final TumblingWindows WINDOWS = TumblingWindows.of(Duration.ofMinutes(5));
    private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    private static final long SIZE = WINDOWS.sizeMillis();
    private static final Aggregate OLD = new Aggregate("old", List.of(Dimension.HOST), false);
    private static final Aggregate NEW = new Aggregate("new", List.of(Dimension.HOST), false);

    /** When the job was submitted, an event of 12:09 stood in the topic: nobody can have read one of 12:10. */
    private static final long UNTOUCHED_FROM = NOON + 2 * SIZE;

    private final Clock clock = Clock.fixed(Instant.ofEpochMilli(NOON + 60_000), ZoneOffset.UTC);

    private @Nullable OneInputStreamOperatorTestHarness<TopicRecord, HitCount> harness;
    private long offset;

    private void start(TimeCharacteristic time, @Nullable OperatorSubtaskState state, Aggregate... aggregates)
            throws Exception {
        CountHits counter = new CountHits(
                new StartOffsets(Map.of(), Long.MIN_VALUE), WINDOWS, List.of(aggregates), UNTOUCHED_FROM, time, clock);
        OneInputStreamOperatorTestHarness<TopicRecord, HitCount> started =
                new OneInputStreamOperatorTestHarness<>(counter);
        started.setup();
        if (state != null) {
            started.initializeState(state);
        }
        started.open();
        harness = started;
    }

    private OneInputStreamOperatorTestHarness<TopicRecord, HitCount> job() {
        if (harness == null) {
            throw new IllegalStateException("not started");
        }
        return harness;
    }

    private OperatorSubtaskState stop() throws Exception {
        job().prepareSnapshotPreBarrier(1);
        OperatorSubtaskState state = job().snapshot(1, 1);
        job().close();
        return state;
    }

    @AfterEach
    void close() throws Exception {
        job().close();
    }

    private void hit(long at) throws Exception {
        byte[] value = "{\"host\":\"a\",\"referrer\":null,\"event_timestamp\":\"%s\"}"
                .formatted(EventTime.format(at))
                .getBytes(UTF_8);
        SourceCoordinates source = new SourceCoordinates(1, 2, 0, offset++);
        job().processElement(new StreamRecord<>(new TopicRecord(source, at, null, value, source.toHeader())));
    }

    private List<String> groups() {
        List<String> found = new ArrayList<>();
        Queue<StreamRecord<GroupCount>> side = job().getSideOutput(AggregateJob.GROUPS);
        while (side != null && !side.isEmpty()) {
            GroupCount each = side.remove().getValue();
            found.add(each.aggregate().replaceFirst("[|].*", "") + " " + (each.windowStartMillis() - NOON) / SIZE + " "
                    + each.hits());
        }
        found.sort(null);
        return found;
    }

    private List<Long> marked() {
        List<Long> found = new ArrayList<>();
        Queue<StreamRecord<LateHits>> side = job().getSideOutput(AggregateJob.LATE);
        while (side != null && !side.isEmpty()) {
            found.add((side.remove().getValue().windowStartMillis() - NOON) / SIZE);
        }
        return found;
    }

    @Test
    void aJobThatBeginsCountsAllItsAggregatesFromItsStartOn() throws Exception {
        start(TimeCharacteristic.EVENT, null, OLD, NEW);
        hit(NOON);
        OperatorSubtaskState state = stop();
        assertThat(groups()).containsExactly("new 0 1", "old 0 1");
        start(TimeCharacteristic.EVENT, state, OLD, NEW);
        hit(NOON);
        job().prepareSnapshotPreBarrier(2);
        assertThat(groups()).containsExactly("new 0 1", "old 0 1");
        assertThat(marked()).isEmpty();
    }

    @Test
    void windowsThatANewAggregateMissesAreMarkedOnceTheyClose() throws Exception {
        start(TimeCharacteristic.EVENT, null, OLD);
        hit(NOON);
        OperatorSubtaskState state = stop();
        assertThat(groups()).containsExactly("old 0 1");
        start(TimeCharacteristic.EVENT, state, OLD, NEW);
        hit(NOON + 1);
        hit(NOON + SIZE);
        hit(NOON + 2 * SIZE);
        hit(NOON + 3 * SIZE);
        assertThat(marked()).isEmpty();
        job().processWatermark(NOON + SIZE - 1);
        assertThat(marked()).containsExactly(0L);
        OperatorSubtaskState later = stop();
        assertThat(groups()).containsExactly("new 2 1", "new 3 1", "old 0 1", "old 1 1", "old 2 1", "old 3 1");

        // What is to be marked survives a failure, and so does from when on the aggregate is counted.
        start(TimeCharacteristic.EVENT, later, OLD, NEW);
        hit(NOON + 2);
        hit(NOON + 2 * SIZE);
        job().processWatermark(NOON + 2 * SIZE - 1);
        assertThat(marked()).containsExactlyInAnyOrder(0L, 1L);
        job().prepareSnapshotPreBarrier(3);
        assertThat(groups()).containsExactly("new 2 1", "old 0 1", "old 2 1");
    }

    @Test
    void whatIsLeftToBeMarkedIsMarkedAtTheEnd() throws Exception {
        start(TimeCharacteristic.EVENT, null, OLD);
        OperatorSubtaskState state = stop();
        start(TimeCharacteristic.EVENT, state, OLD, NEW);
        hit(NOON);
        job().getOneInputOperator().finish();
        assertThat(marked()).containsExactlyInAnyOrder(0L, 1L);
    }

    /** Hits of the open window may all have come before. */
    @Test
    void openWindowsAreMarkedThoughNoMoreHitsCome() throws Exception {
        start(TimeCharacteristic.EVENT, null, OLD);
        hit(NOON);
        OperatorSubtaskState state = stop();
        start(TimeCharacteristic.EVENT, state, OLD, NEW);
        job().processWatermark(NOON + SIZE - 1);
        assertThat(marked()).containsExactly(0L);
        job().processWatermarkStatus(WatermarkStatus.IDLE);
        assertThat(marked()).containsExactly(1L);
    }

    /** Such as one whose table was dropped and made anew: what the state holds of the old one is none of the new one's. */
    @Test
    void anAggregateOfAnotherGenerationIsANewOne() throws Exception {
        start(TimeCharacteristic.EVENT, null, OLD.inGeneration("1"));
        hit(NOON);
        OperatorSubtaskState state = stop();
        assertThat(groups()).hasSize(1);
        start(TimeCharacteristic.EVENT, state, OLD.inGeneration("2"));
        hit(NOON);
        job().processWatermark(NOON + SIZE - 1);
        assertThat(marked()).containsExactly(0L);
        job().prepareSnapshotPreBarrier(2);
        assertThat(groups()).isEmpty();
    }

    @Test
    void byProcessingTimeANewAggregateIsCountedAtOnce() throws Exception {
        start(TimeCharacteristic.PROCESSING, null, OLD);
        OperatorSubtaskState state = stop();
        start(TimeCharacteristic.PROCESSING, state, OLD, NEW);
        hit(NOON);
        job().getOneInputOperator().finish();
        assertThat(marked()).isEmpty();
        assertThat(groups()).containsExactly("new 0 1", "old 0 1");
    }

    @Test
    void anAggregateThatIsNoLongerCountedIsLeftOut() throws Exception {
        start(TimeCharacteristic.EVENT, null, OLD, NEW);
        OperatorSubtaskState state = stop();
        start(TimeCharacteristic.EVENT, state, NEW);
        hit(NOON);
        job().getOneInputOperator().finish();
        assertThat(groups()).containsExactly("new 0 1");
        assertThat(marked()).isEmpty();
    }
}
