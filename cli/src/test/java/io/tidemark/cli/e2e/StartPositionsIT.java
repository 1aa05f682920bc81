package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.model.Topics;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.aggregate.AggregateConfig;
import io.tidemark.stream.enrich.EnrichStart;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cases share a stack: each has a day of its own, later than those before, and compares all that is there. */
class StartPositionsIT {
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static final JobOptions OPTIONS = JobOptions.defaults(2);
    private static final AtomicInteger DAYS = new AtomicInteger();

    @TempDir
    static Path folder;

    private static Pipeline pipeline;
    private static Oracle oracle;

    private final LocalDate day = LocalDate.of(2026, 3, 1).plusDays(DAYS.getAndIncrement());

    @BeforeAll
    static void start() throws Exception {
        pipeline = Pipeline.start(folder.resolve("data"));
        oracle = new Oracle(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        pipeline.close();
        oracle.close();
    }

    @ParameterizedTest
    @CsvSource({"earliest, ''", "latest, 12:05:00", "12:06:40, 12:05:00", "12:05:00, 12:05:00", "12:09:00, 12:05:00"})
    void aNewStartLeavesHalfSeenWindowsWholeAndCountsAllThatFollows(String from, String firstWindow) throws Exception {
        arrive("12:00:10", "12:00:40", "12:04:59", "12:05:00", "12:06:10", "12:06:50", "12:07:00", "12:07:20");
        pipeline.run(JobKind.AGGREGATE, OPTIONS.bounded(new StartFrom.Earliest()));
        assertThat(oracle.differences(pipeline.store(), WINDOW)).isEmpty();

        StartFrom start = from.contains(":") ? new StartFrom.At(at(from).toEpochMilli()) : named(from);
        Submitted aggregate = pipeline.submit(JobKind.AGGREGATE, OPTIONS.withFrom(start));
        try {
            assertThat(aggregate.start().firstWindowStart())
                    .isEqualTo(
                            firstWindow.isEmpty()
                                    ? Long.MIN_VALUE
                                    : at(firstWindow).toEpochMilli());
            arrive("12:02:30", "12:04:00", "12:05:30", "12:08:00", "12:08:30", "12:11:00", "12:12:00", "12:16:00");
            pipeline.moveTimeTo(at("14:00:00"));
            pipeline.enrichNew();
            pipeline.awaitCounted();
        } finally {
            pipeline.cancel(aggregate);
        }

        assertThat(oracle.differences(pipeline.store(), WINDOW)).isEmpty();
    }

    private static StartFrom named(String from) {
        return from.equals("latest") ? new StartFrom.Latest() : new StartFrom.Earliest();
    }

    @Test
    void committedCountsTheWindowsAgainThatWereOpen() throws Exception {
        arrive("12:00:10", "12:04:00", "12:05:10", "12:07:00", "12:07:10", "12:07:20", "12:07:30", "12:07:40");
        Submitted aggregate = pipeline.submit(JobKind.AGGREGATE, OPTIONS.withFrom(new StartFrom.Earliest()));
        Pipeline.await("the offsets to be committed", StartPositionsIT::allIsCommitted);
        pipeline.cancel(aggregate);
        long open = pipeline.number(
                "select count(*) from processed_events where event_timestamp >= '%s'".formatted(at("12:05:00")));
        assertThat(open).isEqualTo(6);
        assertThat(pipeline.number("select count(*) from processed_events_aggregated where event_hour = '%s'"
                        .formatted(at("12:05:00"))))
                .isZero();

        arrive("12:03:00", "12:06:00", "12:08:00", "12:13:00");
        Map<String, Long> counts = pipeline.run(JobKind.AGGREGATE, OPTIONS.bounded(new StartFrom.Committed()));

        assertThat(counts.get(Tallies.READ)).isLessThan(oracle.events());
        assertThat(oracle.differences(pipeline.store(), WINDOW)).isEmpty();
    }

    private static boolean allIsCommitted() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", pipeline.bootstrap()))) {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(AggregateConfig.GROUP_ID)
                    .partitionsToOffsetAndMetadata()
                    .get();
            for (int partition = 0; partition < 4; partition++) {
                TopicPartition of = new TopicPartition(Topics.ENRICHED, partition);
                long end = admin.listOffsets(Map.of(of, OffsetSpec.latest()))
                        .partitionResult(of)
                        .get()
                        .offset();
                OffsetAndMetadata position = committed.get(of);
                if (position == null || position.offset() < end) {
                    return false;
                }
            }
            return true;
        }
    }

    @Test
    void enrichStartsAtTheLatestOrAtATimestampAndNeverStoresTwice() throws Exception {
        try (Pipeline own = Pipeline.start(folder.resolve("enrich"))) {
            send(own, "/before");
            Submitted enrich = own.submit(JobKind.ENRICH, OPTIONS.withFrom(new StartFrom.Latest()));
            send(own, "/after");
            own.awaitStored(4);
            own.cancel(enrich);
            long passedOver = send(own, "/passed-over").stream()
                    .mapToLong(RecordMetadata::timestamp)
                    .max()
                    .orElseThrow();
            Pipeline.await("the next millisecond", () -> System.currentTimeMillis() > passedOver);
            send(own, "/from");

            Map<String, Long> counts = own.run(JobKind.ENRICH, OPTIONS.bounded(new StartFrom.At(passedOver + 1)));

            assertThat(counts).containsEntry(Tallies.READ, 4L).containsEntry(Tallies.STORED, 4L);
            assertThat(own.csv("select url, count(*) from processed_events group by 1 order by 1"))
                    .containsExactly("url,count", "/after,4", "/from,4");

            // What lies before an event that is stored is never stored later: one offset a partition tells them apart.
            counts = own.run(JobKind.ENRICH, OPTIONS.bounded(new StartFrom.Earliest()));
            assertThat(counts)
                    .containsEntry(Tallies.READ, 16L)
                    .containsEntry(Tallies.STORED, 0L)
                    .containsEntry(Tallies.SKIPPED, 16L);

            counts = own.run(JobKind.AGGREGATE, OPTIONS.bounded(new StartFrom.Earliest()));
            assertThat(counts).containsEntry(Tallies.COUNTED, 8L);
            assertThat(own.number("select sum(num_hits) from processed_events_aggregated"))
                    .isEqualTo(8);
        }
    }

    @Test
    void whatADatabaseLacksIsReadWhateverIsCommittedForAnother() throws Exception {
        try (Pipeline own = Pipeline.start(folder.resolve("two databases"))) {
            send(own, "/");
            own.enrichNew();
            StoreConfig store = own.store();
            try (Connection connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
                    Statement statement = connection.createStatement()) {
                statement.execute("create database another");
            }
            StoreConfig another =
                    new StoreConfig(store.jdbcUrl().replace("/tidemark", "/another"), store.user(), store.password());
            Migrations.apply(another);

            assertThat(committed(own, store)).containsOnly(1L);
            assertThat(committed(own, another)).containsOnly(0L);
        }
    }

    private static Collection<Long> committed(Pipeline of, StoreConfig store) {
        return EnrichStart.offsets(KafkaSettings.of(of.bootstrap()), store, new StartFrom.Committed())
                .byPartition()
                .values();
    }

    /** One event for each partition; the broker stamps them with the time of their arrival. */
    private static List<RecordMetadata> send(Pipeline to, String url) throws Exception {
        byte[] event = "{\"host\":\"a.test\",\"url\":\"%s\",\"event_time\":\"2026-01-01T00:00:00Z\"}"
                .formatted(url)
                .getBytes(StandardCharsets.UTF_8);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int partition = 0; partition < 4; partition++) {
            records.add(new ProducerRecord<>(Topics.RAW, partition, null, event));
        }
        return to.send(records);
    }

    private Instant at(String time) {
        return Instant.parse(day + "T" + time + "Z");
    }

    /** Visits of two sites at these times of the case's day, imported and enriched. */
    private void arrive(String... times) throws Exception {
        Path log = Files.createTempFile(folder, "visits", ".log");
        List<String> lines = new ArrayList<>();
        for (String time : times) {
            lines.add("%s.test:443 192.0.2.%d - - [%02d/Mar/2026:%s +0000] \"GET /%d HTTP/1.1\" 200 1 \"%s\" \"test\""
                    .formatted(
                            lines.size() % 3 == 0 ? "b" : "a",
                            lines.size(),
                            day.getDayOfMonth(),
                            time,
                            lines.size(),
                            lines.size() % 2 == 0 ? "-" : "https://r.test/"));
        }
        Files.write(log, lines);
        oracle.add(Oracle.Format.VHOST, "", log);
        pipeline.importLogs(log);
        pipeline.enrichNew();
    }
}
