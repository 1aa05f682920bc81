package io.tidemark.collect.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic in memory that acknowledges at once, or is silent; for tests of what sits on top of an intake. */
public final class TestTopic {
    private final List<ProducerRecord<byte[], byte[]>> records = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean silent;

    /** An intake of its own thread that sends to it. */
    public Intake intake(IntakeConfig config) throws IOException {
        return Intake.start(config, new Side());
    }

    /** With a spool in a folder, and the usual sizes. */
    public Intake intake(Path spool) throws IOException {
        return intake(IntakeConfig.of("web-events", spool));
    }

    /** From now on nothing is acknowledged; what is sent is lost. */
    public void silence() {
        silent = true;
    }

    /** Values of the records, in their order. */
    public List<String> values() {
        synchronized (records) {
            return records.stream().map(each -> new String(each.value(), UTF_8)).toList();
        }
    }

    /** Ids of the records, in their order. */
    public List<String> ids() {
        synchronized (records) {
            return records.stream()
                    .map(each -> new String(
                            each.headers().lastHeader(EventIds.HEADER).value(), UTF_8))
                    .toList();
        }
    }

    private final class Side implements KafkaSide {
        @Override
        public Producer<byte[], byte[]> producer() {
            return new MockProducer<>(
                    Cluster.empty(), true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                @Override
                public synchronized Future<RecordMetadata> send(
                        ProducerRecord<byte[], byte[]> record, Callback callback) {
                    if (!silent) {
                        records.add(record);
                        callback.onCompletion(null, null);
                    }
                    return new CompletableFuture<>();
                }
            };
        }

        @Override
        public Tail tail(long fromMillis) {
            return new Tail(4, Set.copyOf(ids()));
        }
    }
}
