package io.tidemark.stream;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends records to Kafka, and has all of them acknowledged before a checkpoint completes. Not transactional: readers drop
 * what they have seen by its coordinates.
 *
 * <p>Nothing is sent any more once Kafka has refused a record for good. Flink's own sink would have the producer go on
 * until the task notices: what stood behind the refused record would arrive, and that record, sent again by the job's next
 * attempt, would be taken by readers for a repeat.
 */
final class SendRecords<T> extends AbstractStreamOperator<Void> implements OneInputStreamOperator<T, Void> {
    private static final long serialVersionUID = 1L;

    private final TreeMap<String, String> settings;
    private final RecordMaker<T> maker;
    private final Opener opener;

    private transient @Nullable Producer<byte[], byte[]> producer;

    /** Written by the producer's thread. */
    private transient volatile @Nullable Exception refused;

    private transient volatile boolean ending;

    /** Opens a producer with these settings. */
    @FunctionalInterface
    interface Opener extends Serializable {
        Producer<byte[], byte[]> open(Map<String, Object> settings);
    }

    SendRecords(Map<String, String> settings, RecordMaker<T> maker) {
        this(settings, maker, all -> new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    SendRecords(Map<String, String> settings, RecordMaker<T> maker, Opener opener) {
        this.settings = new TreeMap<>(settings);
        this.maker = maker;
        this.opener = opener;
    }

    @Override
    public void open() throws Exception {
        super.open();
        producer = opener.open(new TreeMap<>(settings));
    }

    @Override
    public void processElement(StreamRecord<T> element) {
        ProducerRecord<byte[], byte[]> record = maker.toRecord(element.getValue());
        requireUnrefused(record.topic());
        try {
            // Its outcome comes to the callback; a checkpoint waits for it.
            var unused = producer().send(record, (taken, problem) -> answered(taken, problem));
        } catch (IllegalStateException e) {
            // The callback has closed the producer meanwhile.
            requireUnrefused(record.topic());
            throw e;
        }
    }

    /** In the producer's own thread, before it sends anything else. */
    private void answered(@Nullable RecordMetadata taken, @Nullable Exception problem) {
        if (problem != null && refused == null && !ending) {
            refused = problem;
            LOG.error("Kafka has refused a record ({}); nothing more is sent", taken, problem);
            producer().close(Duration.ZERO);
        }
    }

    private void requireUnrefused(String topic) {
        Exception problem = refused;
        if (problem != null) {
            throw new IllegalStateException(
                    "Kafka has refused a record for topic %s: %s".formatted(topic, problem.getMessage()), problem);
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        flush();
    }

    @Override
    public void finish() throws Exception {
        flush();
        super.finish();
    }

    private void flush() {
        requireUnrefused(getOperatorName());
        producer().flush();
        requireUnrefused(getOperatorName());
    }

    /** What is on its way is left to the next attempt, which sends it again. */
    @Override
    public void close() throws Exception {
        ending = true;
        if (producer != null && refused == null) {
            producer.close(Duration.ZERO);
        }
        super.close();
    }

    private Producer<byte[], byte[]> producer() {
        return requireNonNull(producer, "not open");
    }
}
