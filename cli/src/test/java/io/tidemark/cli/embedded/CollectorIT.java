package io.tidemark.cli.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the collector has acknowledged is in a real Kafka, once, though Kafka ends and the collector is killed meanwhile. */
class CollectorIT {
    private static final int SENDERS = 4;
    private static final int EVENTS_EACH = 1_500;
    private static final int TRIES = 400;

    @TempDir
    Path folder;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Signals signals = new Signals();
    private final Map<Integer, AtomicInteger> answers = new ConcurrentHashMap<>();
    private volatile boolean up = true;

    @Test
    void everyAcknowledgedEventIsInKafkaOnce() throws Exception {
        KafkaNode kafka = KafkaNode.start(folder.resolve("kafka"), 0);
        kafka.createTopics(3);
        int kafkaPort = Integer.parseInt(kafka.bootstrap().replaceFirst(".*:", ""));
        CollectorProcess.Started collector = CollectorProcess.start(kafka.bootstrap(), folder.resolve("spool"), 0);
        ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
        try {
            URI address = collector.address();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                int sender = i;
                all.add(senders.submit(() -> {
                    send(address, sender);
                    return null;
                }));
            }
            awaitAcknowledged(300);
            kafka.close();
            int before = acknowledged.size();
            awaitAcknowledged(before + 300);
            assertThat(answers.get(202))
                    .as("answers while Kafka was away: %s", answers)
                    .isNotNull();
            collector = killAndStart(collector, "127.0.0.1:" + kafkaPort);
            awaitAcknowledged(before + 600);
            kafka = KafkaNode.start(folder.resolve("kafka"), kafkaPort);
            awaitAcknowledged(before + 1_200);
            collector = killAndStart(collector, kafka.bootstrap());
            for (Future<?> each : all) {
                each.get();
            }
            assertThat(acknowledged).hasSize(SENDERS * EVENTS_EACH);
            awaitNothingPending(address);

            List<String> ids = ids(kafka.bootstrap());
            assertThat(ids).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(acknowledged);
        } finally {
            senders.shutdownNow();
            collector.process().destroyForcibly().onExit().join();
            kafka.close();
        }
    }

    /** Sends each event until it is acknowledged, and some once more after that. */
    private void send(URI address, int sender) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < EVENTS_EACH; i++) {
            String id = "s%d-%d".formatted(sender, i);
            for (int attempt = 0; !acknowledged.contains(id) || (i % 7 == 0 && attempt < 2); attempt++) {
                assertThat(attempt).as("attempts of %s", id).isLessThan(TRIES);
                int status = post(client, address, id);
                answers.computeIfAbsent(status, each -> new AtomicInteger()).incrementAndGet();
                if (status / 100 == 2) {
                    acknowledged.add(id);
                    signals.tell();
                } else {
                    signals.await("the collector is up", () -> up);
                }
            }
        }
    }

    /** The answer's status; 0 if there was none. */
    private static int post(HttpClient client, URI address, String id) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/api/event"))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"host\":\"a.test\",\"id\":\"%s\"}".formatted(id)))
                .build();
        try {
            return client.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private void awaitAcknowledged(int count) throws InterruptedException {
        signals.await(count + " events are acknowledged", () -> acknowledged.size() >= count);
    }

    /** Kills it in the middle of what it does; its senders wait for the next. */
    private CollectorProcess.Started killAndStart(CollectorProcess.Started collector, String bootstrap)
            throws Exception {
        up = false;
        collector.process().destroyForcibly().onExit().join();
        CollectorProcess.Started next = CollectorProcess.start(
                bootstrap, folder.resolve("spool"), collector.address().getPort());
        up = true;
        signals.tell();
        return next;
    }

    /** Lets threads wait for what others do. */
    private static final class Signals {
        private static final Duration PATIENCE = Duration.ofMinutes(2);

        synchronized void tell() {
            notifyAll();
        }

        synchronized void await(String what, BooleanSupplier holds) throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!holds.getAsBoolean()) {
                long left = deadline - System.nanoTime();
                assertThat(left).as("nanoseconds left until " + what).isPositive();
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
    }

    private static void awaitNothingPending(URI address) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        String metrics;
        do {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(address.resolve("/metrics")).build(), BodyHandlers.ofString());
            metrics = answer.body();
            assertThat(System.nanoTime()).as(metrics).isLessThan(deadline);
        } while (!metrics.contains("tidemark_collect_pending_events 0.0")
                || !metrics.contains("tidemark_collect_spooled_events 0.0"));
    }

    private static List<String> ids(String bootstrap) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        List<String> ids = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Set<TopicPartition> partitions = consumer.partitionsFor(Topics.RAW).stream()
                    .map(each -> new TopicPartition(Topics.RAW, each.partition()))
                    .collect(Collectors.toSet());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    ids.add(new String(
                            record.headers().lastHeader("tidemark-event-id").value(), UTF_8));
                }
            }
        }
        return ids;
    }
}
