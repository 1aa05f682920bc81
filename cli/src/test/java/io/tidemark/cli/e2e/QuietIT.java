package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackConfig;
import io.tidemark.cli.embedded.StackProcess;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.collect.Ticker;
import io.tidemark.model.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka in a process of its own, which can be halted; the aggregate job has more subtasks than there are partitions. */
class QuietIT {
    private static final Duration WINDOW = Duration.ofSeconds(10);
    /** Quiet, then the rest of the window at the pace of the clock, and then some. */
    private static final Duration LONG_ENOUGH_TO_CLOSE = Duration.ofSeconds(30);

    private static final int MORE_THAN_PARTITIONS = StackConfig.DEFAULT_PARTITIONS + 2;
    private static final JobOptions OPTIONS =
            JobOptions.defaults(2).withWindow(WINDOW).withWatermark(Duration.ofSeconds(2));
    private static final String WRITTEN = "select count(*) from processed_events_aggregated where event_hour >= '%s'";

    @TempDir
    static Path folder;

    private static final AtomicInteger HOURS = new AtomicInteger();

    private static Process kafka;
    private static Pipeline pipeline;

    /** Start of the window of a test, later than those of the tests before. */
    private final Instant start = Instant.parse("2026-03-01T12:00:00Z").plus(Duration.ofHours(HOURS.getAndIncrement()));

    @BeforeAll
    static void start() throws Exception {
        Path kafkaFolder = folder.resolve("kafka");
        kafka = StackProcess.start(kafkaFolder);
        pipeline = Pipeline.startWithKafkaOf(Stack.running(kafkaFolder).orElseThrow(), folder.resolve("data"));
        pipeline.submit(JobKind.ENRICH, OPTIONS);
        pipeline.submit(
                JobKind.AGGREGATE,
                new JobOptions(
                        OPTIONS.from(),
                        OPTIONS.bounded(),
                        MORE_THAN_PARTITIONS,
                        OPTIONS.geoDatabase(),
                        OPTIONS.ip(),
                        OPTIONS.window(),
                        OPTIONS.aggregates(),
                        OPTIONS.time(),
                        OPTIONS.watermark(),
                        OPTIONS.lateness()));
    }

    @AfterAll
    static void stop() {
        pipeline.close();
        kafka.destroyForcibly().onExit().join();
    }

    @Test
    void kafkaThatStandsStillClosesNoWindowAndTheLastOneClosesByItself() throws Exception {
        long before = pipeline.number("select count(*) from processed_events");
        sendToEveryPartition(start.plusSeconds(1));
        pipeline.awaitStored(before + StackConfig.DEFAULT_PARTITIONS);
        awaitProgress(start.minusSeconds(2));
        signal("STOP");
        try {
            assertNothingIsWrittenFor(LONG_ENOUGH_TO_CLOSE, start);
        } finally {
            signal("CONT");
        }
        sendToEveryPartition(start.plusSeconds(3));

        awaitHits(start, 2 * StackConfig.DEFAULT_PARTITIONS);
        assertThat(pipeline.number("select max(revision) from processed_events_aggregated"))
                .as("no window was written before it was whole")
                .isZero();
        awaitProgress(start.plus(WINDOW).minusMillis(1));
    }

    @Test
    void offsetsWithoutRecordsAreNoBacklog() throws Exception {
        sendToEveryPartition(start.plusSeconds(1));
        endWithTransactionMarkers(start.plusSeconds(1));

        awaitHits(start, StackConfig.DEFAULT_PARTITIONS);
    }

    private static void sendToEveryPartition(Instant time) throws Exception {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int partition = 0; partition < StackConfig.DEFAULT_PARTITIONS; partition++) {
            byte[] event = "{\"host\":\"%s\",\"event_time\":\"%s\"}"
                    .formatted(Pipeline.HOST, time)
                    .getBytes(StandardCharsets.UTF_8);
            events.add(new ProducerRecord<>(Topics.RAW, partition, null, event));
        }
        pipeline.send(events);
    }

    /** Records that no job uses, each in a transaction, so that the marker of its end is what a partition ends with. */
    private static void endWithTransactionMarkers(Instant time) throws Exception {
        Properties settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", pipeline.bootstrap(), "transactional.id", "someone-else"));
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int partition = 0; partition < StackConfig.DEFAULT_PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(
                                Topics.ENRICHED, partition, time.toEpochMilli(), null, new byte[] {'?'}))
                        .get(30, TimeUnit.SECONDS);
            }
            producer.commitTransaction();
        }
    }

    private static void awaitProgress(Instant time) throws Exception {
        Pipeline.await(
                "event time to be at " + time,
                () -> pipeline.number("select coalesce(max(watermark_ms), 0) from aggregate_progress")
                        >= time.toEpochMilli());
    }

    private static void awaitHits(Instant window, long hits) throws Exception {
        Pipeline.await(
                hits + " hits in the window " + window,
                () -> pipeline.number(
                                "select coalesce(sum(num_hits), 0) from processed_events_aggregated where event_hour = '%s'"
                                        .formatted(window))
                        == hits);
    }

    private static void assertNothingIsWrittenFor(Duration time, Instant since) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            assertThat(pipeline.number(WRITTEN.formatted(since))).isZero();
            Ticker.system().await(Duration.ofMillis(200));
        }
    }

    private static void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(kafka.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }
}
