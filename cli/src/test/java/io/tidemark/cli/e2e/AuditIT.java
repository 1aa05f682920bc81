package io.tidemark.cli.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.InProcess;
import io.tidemark.cli.embedded.StackConfig;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.model.Aggregate;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.enrich.IpPolicy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditIT {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final int EVENTS = 60;
    private static final int BROKEN = 7;
    private static final String SOME_ROW = "source_partition = 0 and source_offset = (select min(source_offset)"
            + " from processed_events where source_partition = 0)";
    private static final String SAVED = "create table saved as select * from processed_events where " + SOME_ROW;
    private static final String RESTORE = "insert into processed_events select * from saved; drop table saved";

    @TempDir
    Path folder;

    @Test
    void whatIsNotAccountedForIsFoundAndNamed() throws Exception {
        try (Pipeline pipeline = Pipeline.start(folder.resolve("data"))) {
            count(pipeline);

            InProcess clean = audit("--deep");
            assertThat(clean.exitCode()).as(clean.out() + clean.err()).isZero();
            assertThat(clean.err()).isEmpty();
            assertThat(clean.out())
                    .contains(
                            "Every event is accounted for",
                            EVENTS + " events and 0 repeats",
                            "Windows of 5m: 3 closed");

            JsonNode json = new ObjectMapper().readTree(audit("--json").out());
            assertThat(json.path("clean").asBoolean()).isTrue();
            assertThat(sum(json, "stored")).isEqualTo(EVENTS);
            assertThat(sum(json, "rejected")).isEqualTo(BROKEN);
            assertThat(sum(json, "lag")).isZero();
            assertThat(json.path("windows").path("page_views").asLong()).isEqualTo(EVENTS);

            run(pipeline, SAVED + "; delete from processed_events where " + SOME_ROW);
            String offset = pipeline.csv("select source_offset from saved").get(1);
            assertFinds(
                    "web-events partition 0: processed_events holds 1 event fewer",
                    "neither stored nor rejected, at " + offset,
                    "window 2026-03-01T12:00:00.000Z, host a.example: 10 hits by host, 10 hits by referrer, 9 events");
            assertThat(audit("--deep").out()).contains("in process_events_kafka and not stored: " + offset);
            run(pipeline, RESTORE);

            run(pipeline, SAVED + "; insert into processed_events select * from saved");
            assertFinds("1 row too many in processed_events: offset " + offset + " has 2 rows", "11 events");
            run(pipeline, "delete from processed_events where " + SOME_ROW + ";" + RESTORE);

            run(
                    pipeline,
                    "update processed_events_aggregated set num_hits = num_hits + 1 where host = 'b.example'"
                            + " and event_hour = '2026-03-01T12:05:00Z'");
            assertFinds(
                    "window 2026-03-01T12:05:00.000Z, host b.example: 11 hits by host, 10 hits by referrer, 10 events");
            run(
                    pipeline,
                    "update processed_events_aggregated set num_hits = num_hits - 1 where host = 'b.example'"
                            + " and event_hour = '2026-03-01T12:05:00Z'");

            String country = "update processed_events_aggregated_country set num_hits = num_hits %s"
                    + " where host = 'b.example' and event_hour = '2026-03-01T12:05:00Z'";
            run(pipeline, country.formatted("- 1"));
            assertFinds("processed_events_aggregated_country, window 2026-03-01T12:05:00.000Z to"
                    + " 2026-03-01T12:10:00.000Z, host b.example:"
                    + " 9 hits in all, 10 hits by host");
            run(pipeline, country.formatted("+ 1"));

            run(pipeline, "update ingest_ledger set stored = stored - 1, rejected = rejected + 1 where partition = 1");
            assertFinds(
                    "web-events partition 1: processed_events holds 1 event more than ingest_ledger counts",
                    "web-events partition 1: ingest_rejected holds 1 record fewer than ingest_ledger counts");
            run(pipeline, "update ingest_ledger set stored = stored + 1, rejected = rejected - 1 where partition = 1");

            run(pipeline, "create table saved as select * from ingest_rejected; delete from ingest_rejected");
            assertFinds("neither stored nor rejected, at ", "fewer than ingest_ledger counts as rejected");
            run(pipeline, "insert into ingest_rejected select * from saved; drop table saved");

            run(pipeline, "update ingest_ledger set absent = absent + 5, next_offset = next_offset + 5");
            assertFinds("web-events partition 0: ingest_ledger stands at offset ", "web-events partition 1: ");
            run(pipeline, "update ingest_ledger set absent = absent - 5, next_offset = next_offset - 5");
            assertThat(audit("--wait=0s").exitCode()).isZero();

            InProcess away = audit("--kafka=127.0.0.1:1");
            assertThat(away.exitCode()).isEqualTo(1);
            assertThat(away.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("tidemark: Cannot read the topics of Kafka at 127.0.0.1:1 (")
                    .endsWith("is it running?");

            rejectAgain(pipeline, offset);
            assertFinds(
                    "1 offset is both stored and rejected: " + offset,
                    "in web-events-rejected and not in ingest_rejected");

            makeRawTopicAnew(pipeline);
            InProcess anew = audit();
            assertThat(anew.out()).contains(" of the earlier topic ", "1 offset is both stored and rejected");
            assertThat(anew.out()).doesNotContain("stands at offset");
            assertThat(anew.exitCode()).isEqualTo(1);
        }
    }

    /** Windows close and are revised, or marked and recomputed, while the audit looks. */
    @Test
    void eventsOnTheirWayAreNoDifference() throws Exception {
        try (Pipeline pipeline = Pipeline.start(folder.resolve("data"))) {
            JobOptions options = new JobOptions(
                    new StartFrom.Earliest(),
                    false,
                    2,
                    null,
                    IpPolicy.TRUNCATE,
                    Duration.ofSeconds(2),
                    Aggregate.DEFAULTS,
                    TimeCharacteristic.EVENT,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(4));
            pipeline.submit(JobKind.ENRICH, options);
            pipeline.submit(JobKind.AGGREGATE, options);
            for (int round = 0; round < 5; round++) {
                List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
                for (int i = 0; i < 3_000; i++) {
                    Instant at = Instant.now().minusMillis(i % 10 == 0 ? i * 20L : i % 700);
                    records.add(record(i % 50 == 0 ? "broken" : event("h" + i % 7, at, i % 5)));
                }
                pipeline.send(records);
                InProcess audit = audit("--wait=40s", "--deep");
                assertThat(audit.exitCode()).as(audit.out() + audit.err()).isZero();
            }
            assertThat(pipeline.number("select count(*) from processed_events_aggregated"))
                    .isPositive();
        }
    }

    private static String event(String host, Instant at, int referrer) {
        return "{\"host\":\"%s.example\",\"event_time\":\"%s\"%s}"
                .formatted(host, at, referrer == 0 ? "" : ",\"referrer\":\"https://r%d.example/\"".formatted(referrer));
    }

    /** Two hosts, and two referrers and none, in three windows; and records that cannot be used. */
    private static void count(Pipeline pipeline) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            records.add(record(event(i % 2 == 0 ? "a" : "b", NOON.plusSeconds(i / 20 * 300L + i), i % 3)));
            if (i % 9 == 0) {
                records.add(record("{\"host\":\"a.example\"}"));
            }
        }
        pipeline.send(records);
        JobOptions options = JobOptions.defaults(2).bounded(new StartFrom.Earliest());
        pipeline.run(JobKind.ENRICH, options);
        pipeline.run(JobKind.AGGREGATE, options);
    }

    private static ProducerRecord<byte[], byte[]> record(String value) {
        return new ProducerRecord<>(Topics.RAW, value.getBytes(UTF_8));
    }

    /** Says of a stored event that it was rejected. */
    private static void rejectAgain(Pipeline pipeline, String offset) throws Exception {
        String topic =
                pipeline.csv("select distinct topic_id from ingest_ledger").get(1);
        ProducerRecord<byte[], byte[]> rejected = new ProducerRecord<>(Topics.REJECTED, new byte[0]);
        rejected.headers().add(SourceCoordinates.HEADER, (topic + "/0/" + offset).getBytes(UTF_8));
        pipeline.send(List.of(rejected));
    }

    private static void makeRawTopicAnew(Pipeline pipeline) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", pipeline.bootstrap());
        try (Admin admin = Admin.create(settings)) {
            admin.deleteTopics(List.of(Topics.RAW)).all().get();
            Pipeline.await(
                    "the topic to be gone",
                    () -> !admin.listTopics().names().get().contains(Topics.RAW));
            admin.createTopics(List.of(new NewTopic(Topics.RAW, StackConfig.DEFAULT_PARTITIONS, (short) 1)
                            .configs(Map.of("message.timestamp.type", "LogAppendTime"))))
                    .all()
                    .get();
        }
    }

    private void assertFinds(String... differences) {
        InProcess found = audit("--wait=0s");
        assertThat(found.exitCode()).isEqualTo(1);
        assertThat(found.out()).contains(differences);
    }

    private InProcess audit(String... options) {
        List<String> words = new ArrayList<>(List.of("audit", "--data=" + folder.resolve("data")));
        words.addAll(List.of(options));
        if (words.stream().noneMatch(word -> word.startsWith("--wait"))) {
            words.add("--wait=3s");
        }
        return InProcess.tidemark(words.toArray(String[]::new));
    }

    private static long sum(JsonNode json, String field) {
        long sum = 0;
        for (JsonNode partition : json.path("partitions")) {
            sum += partition.path(field).asLong();
        }
        return sum;
    }

    private static void run(Pipeline pipeline, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        pipeline.store().jdbcUrl(),
                        pipeline.store().user(),
                        pipeline.store().password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
