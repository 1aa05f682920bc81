package io.tidemark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SendRecordsTest {
    /** Of the operator, which is serialized before it is opened; the tests run in one thread. */
    private static MockProducer<byte[], byte[]> producer = newProducer();

    private OneInputStreamOperatorTestHarness<String, Void> harness = newHarness();

    private static MockProducer<byte[], byte[]> newProducer() {
        return new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static OneInputStreamOperatorTestHarness<String, Void> newHarness() {
        try {
            return new OneInputStreamOperatorTestHarness<>(
                    new SendRecords<>(Map.of(), SendRecordsTest::record, settings -> producer));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String text) {
        return new ProducerRecord<>("topic", text.getBytes(StandardCharsets.UTF_8));
    }

    @BeforeEach
    void open() throws Exception {
        producer = newProducer();
        harness = newHarness();
        harness.open();
    }

    @AfterEach
    void close() throws Exception {
        // The harness finishes its operator, which a task that has failed does not.
        if (!producer.closed()) {
            harness.close();
        }
    }

    @Test
    void everythingIsAcknowledgedBeforeACheckpoint() throws Exception {
        send("a");
        send("b");
        harness.prepareSnapshotPreBarrier(1);
        assertThat(producer.flushed()).isTrue();
        assertThat(producer.history())
                .extracting(each -> new String(each.value(), StandardCharsets.UTF_8))
                .containsExactly("a", "b");
    }

    @Test
    void nothingIsSentAnyMoreOnceARecordIsRefused() throws Exception {
        send("a");
        send("b");
        send("c");
        producer.completeNext();
        producer.errorNext(new RecordTooLargeException("too large"));
        assertThat(producer.closed()).isTrue();
        assertThatThrownBy(() -> send("d"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Kafka has refused a record for topic topic: too large")
                .hasCauseInstanceOf(RecordTooLargeException.class);
        assertThat(producer.history()).hasSize(3);
    }

    @Test
    void checkpointFailsIfARecordWasRefused() throws Exception {
        send("a");
        producer.errorNext(new RecordTooLargeException("too large"));
        assertThatThrownBy(() -> harness.prepareSnapshotPreBarrier(1)).isInstanceOf(IllegalStateException.class);
    }

    private void send(String text) throws Exception {
        harness.processElement(new StreamRecord<>(text));
    }
}
