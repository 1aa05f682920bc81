package io.tidemark.collect.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A topic in memory, whose answers, and the looking for it, come when a test says so. */
final class FakeKafka implements KafkaSide {
    static final String TOPIC = "web-events";
    static final int PARTITIONS = 3;

    /** What the topic has, in the order in which it came. */
    final List<String> log = new ArrayList<>();

    final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final Deque<Runnable> looking = new ArrayDeque<>();
    private final Deque<Sent> unanswered = new ArrayDeque<>();
    private final Deque<Sent> lost = new ArrayDeque<>();

    private record Sent(ProducerRecord<byte[], byte[]> record, Callback callback) {}

    /** Of what looks for Kafka: it finds it when {@link #found} is called. */
    Executor connector() {
        return looking::add;
    }

    void found() {
        while (!looking.isEmpty()) {
            looking.remove().run();
        }
    }

    int unanswered() {
        return unanswered.size();
    }

    /** Appends the oldest record that was sent, and acknowledges it. */
    void acknowledge() {
        Sent sent = unanswered.remove();
        append(sent);
        answer(sent, null);
    }

    void acknowledgeAll() {
        while (!unanswered.isEmpty()) {
            acknowledge();
        }
    }

    /** Appends the oldest record that was sent; its answer is lost with the connection. */
    void appendAndLoseAnswer() {
        append(unanswered.element());
        lost.add(unanswered.remove());
    }

    /** What is on its way is lost. */
    void lose() {
        lost.addAll(unanswered);
        unanswered.clear();
    }

    /** The producer gives up what was lost, of which it knows no more. */
    void giveUp(Exception failure) {
        lost.forEach(each -> answer(each, failure));
        lost.clear();
    }

    /** Answers the oldest record with an error. */
    void fail(Exception failure) {
        answer(unanswered.remove(), failure);
    }

    private void append(Sent sent) {
        records.add(sent.record());
        log.add(new String(sent.record().headers().lastHeader(EventIds.HEADER).value(), UTF_8));
    }

    private static void answer(Sent sent, @Nullable Exception failure) {
        sent.callback().onCompletion(failure == null ? new RecordMetadata(null, 0, 0, 0, 0, 0) : null, failure);
    }

    @Override
    public Producer<byte[], byte[]> producer() {
        return new MockProducer<>(Cluster.empty(), false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
            @Override
            public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
                unanswered.add(new Sent(record, callback));
                return new CompletableFuture<>();
            }
        };
    }

    @Override
    public Tail tail(long fromMillis) {
        return new Tail(PARTITIONS, new HashSet<>(log));
    }
}
