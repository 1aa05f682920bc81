package io.tidemark.stream.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.SourceCoordinates;
import io.tidemark.stream.TopicRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnnouncingReaderTest {
    private static final TopicRecord RECORD = new TopicRecord(new SourceCoordinates(1, 2, 3, 7), 5, null, null, null);

    private final KafkaReader kafka = new KafkaReader();
    private final AnnouncingReader reader = new AnnouncingReader(kafka);
    private final Collected output = new Collected();

    private static KafkaPartitionSplit split(int partition, long startingOffset) {
        return new KafkaPartitionSplit(new TopicPartition("topic", partition), startingOffset);
    }

    @Test
    void partitionIsAnnouncedBeforeItsFirstRecord() throws Exception {
        reader.addSplits(List.of(split(3, 7), split(4, 0)));
        kafka.next = RECORD;
        assertThat(reader.pollNext(output)).isEqualTo(InputStatus.MORE_AVAILABLE);
        assertThat(output.records)
                .containsExactly(new Assignment(3, 7).toRecord(), new Assignment(4, 0).toRecord(), RECORD);
        assertThat(kafka.splits).containsExactly(split(3, 7), split(4, 0));
        assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
        assertThat(output.records).hasSize(3);
    }

    @Test
    void positionThatIsNotLookedUpYetIsTheFirst() throws Exception {
        reader.addSplits(List.of(split(3, KafkaPartitionSplit.EARLIEST_OFFSET)));
        reader.pollNext(output);
        assertThat(output.records).containsExactly(new Assignment(3, 0).toRecord());
    }

    @Test
    void partitionThatDeliversNothingIsAnnouncedToo() throws Exception {
        CompletableFuture<Void> waiting = reader.isAvailable();
        assertThat(waiting).isNotDone();
        reader.addSplits(List.of(split(3, 7)));
        assertThat(waiting).isCompleted();
        assertThat(reader.isAvailable()).isCompleted();
        assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
        assertThat(output.records).hasSize(1);

        CompletableFuture<Void> waitingAgain = reader.isAvailable();
        assertThat(waitingAgain).isNotDone();
        reader.addSplits(List.of(split(4, 0)));
        assertThat(waitingAgain).isCompleted();
    }

    @Test
    void recordsMakeItAvailable() {
        CompletableFuture<Void> waiting = reader.isAvailable();
        kafka.available.complete(null);
        assertThat(waiting).isCompleted();
        assertThat(reader.isAvailable()).isCompleted();
    }

    private static final class Collected implements ReaderOutput<TopicRecord> {
        private final List<TopicRecord> records = new ArrayList<>();

        @Override
        public void collect(TopicRecord record) {
            records.add(record);
        }

        @Override
        public void collect(TopicRecord record, long timestamp) {
            records.add(record);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            throw new IllegalStateException("No watermarks here");
        }

        @Override
        public void markIdle() {
            throw new IllegalStateException("No status here");
        }

        @Override
        public void markActive() {
            throw new IllegalStateException("No status here");
        }

        @Override
        public SourceOutput<TopicRecord> createOutputForSplit(String splitId) {
            return this;
        }

        @Override
        public void releaseOutputForSplit(String splitId) {
            // Nothing is held for a split.
        }
    }

    /** Has one record at the most. */
    private static final class KafkaReader implements SourceReader<TopicRecord, KafkaPartitionSplit> {
        private final List<KafkaPartitionSplit> splits = new ArrayList<>();
        private final CompletableFuture<Void> available = new CompletableFuture<>();
        private @Nullable TopicRecord next;

        @Override
        public void start() {
            // Always started.
        }

        @Override
        public InputStatus pollNext(ReaderOutput<TopicRecord> output) {
            if (next == null) {
                return InputStatus.NOTHING_AVAILABLE;
            }
            output.collect(next);
            next = null;
            return InputStatus.MORE_AVAILABLE;
        }

        @Override
        public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
            return splits;
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return available;
        }

        @Override
        public void addSplits(List<KafkaPartitionSplit> added) {
            splits.addAll(added);
        }

        @Override
        public void notifyNoMoreSplits() {
            // Never ends.
        }

        @Override
        public void close() {
            // Nothing to end.
        }
    }
}
