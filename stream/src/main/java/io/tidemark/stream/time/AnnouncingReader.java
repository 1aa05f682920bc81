package io.tidemark.stream.time;

import io.tidemark.stream.TopicRecord;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;

/**
 * A reader that emits an {@link Assignment} for each split it is given, also after a restore, before any of its records.
 * Used by the task's thread only.
 */
// Flink's interface lets close() throw anything.
@SuppressWarnings("try")
final class AnnouncingReader implements SourceReader<TopicRecord, KafkaPartitionSplit> {
    private final SourceReader<TopicRecord, KafkaPartitionSplit> kafka;
    private final Queue<Assignment> unannounced = new ArrayDeque<>();
    private CompletableFuture<Void> hasUnannounced = new CompletableFuture<>();

    AnnouncingReader(SourceReader<TopicRecord, KafkaPartitionSplit> kafka) {
        this.kafka = kafka;
    }

    @Override
    public void addSplits(List<KafkaPartitionSplit> splits) {
        for (KafkaPartitionSplit split : splits) {
            // Negative numbers stand for positions that are not looked up yet.
            unannounced.add(new Assignment(split.getPartition(), Math.max(0, split.getStartingOffset())));
        }
        kafka.addSplits(splits);
        hasUnannounced.complete(null);
    }

    @Override
    public InputStatus pollNext(ReaderOutput<TopicRecord> output) throws Exception {
        for (Assignment next = unannounced.poll(); next != null; next = unannounced.poll()) {
            output.collect(next.toRecord());
        }
        return kafka.pollNext(output);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        if (!unannounced.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> records = kafka.isAvailable();
        if (records.isDone()) {
            return records;
        }
        if (hasUnannounced.isDone()) {
            hasUnannounced = new CompletableFuture<>();
        }
        return CompletableFuture.anyOf(records, hasUnannounced).thenAccept(either -> {});
    }

    @Override
    public void start() {
        kafka.start();
    }

    @Override
    public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
        return kafka.snapshotState(checkpointId);
    }

    @Override
    public void notifyNoMoreSplits() {
        kafka.notifyNoMoreSplits();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        kafka.handleSourceEvents(event);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        kafka.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        kafka.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
        kafka.pauseOrResumeSplits(toPause, toResume);
    }

    @Override
    public void close() throws Exception {
        kafka.close();
    }
}
