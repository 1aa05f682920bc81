package io.tidemark.cli.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.model.Topics;
import io.tidemark.stream.StartFrom;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old events go, late ones are rejected, a person is forgotten, and every event is accounted for all along. */
class RetentionIT {
    private final Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
    private static final int EVENTS = 40;

    @TempDir
    Path folder;

    @Test
    void whatGoesIsAccountedForFromEndToEnd() throws Exception {
        try (Pipeline pipeline = Pipeline.start(folder.resolve("data"))) {
            sendTwoDays(pipeline);
            JobOptions options = JobOptions.defaults(2).bounded(new StartFrom.Earliest());
            pipeline.run(JobKind.ENRICH, options);

            pipeline.run(JobKind.AGGREGATE, options);
            assertAccountedFor();
            List<String> hosts = pipeline.csv("select * from processed_events_aggregated order by 1, 2");

            InProcess plan = done("retention", "--dry-run");
            assertThat(plan.out())
                    .contains("processed_events_" + day(100).replace('-', '_') + " of " + day(100) + ", " + EVENTS / 2)
                    .contains("would go", "Nothing was changed");
            assertThat(pipeline.number("select count(*) from processed_events")).isEqualTo(EVENTS);
            InProcess run = done("retention", "--windows", "90d");
            assertThat(run.out())
                    .contains(": is gone", "processed_events_aggregated up to ", "kept: it is not rolled up");
            assertThat(pipeline.number("select count(*) from processed_events")).isEqualTo(EVENTS / 2);
            assertThat(pipeline.csv("select * from processed_events_aggregated order by 1, 2"))
                    .isEqualTo(hosts);
            assertAccountedFor();

            pipeline.send(List.of(
                    event("a.example", day(99) + "T12:00:00Z", "192.0.2.1"),
                    event("a.example", day(1) + "T12:00:00Z", "192.0.2.9")));
            pipeline.run(JobKind.ENRICH, options);
            pipeline.run(JobKind.AGGREGATE, options);
            assertThat(pipeline.csv("select reason, message from ingest_rejected"))
                    .element(1)
                    .asString()
                    .startsWith("expired,");
            assertThat(assertAccountedFor().out())
                    .contains(EVENTS / 2 + " stored events have expired since, and 0 were forgotten");

            String visitor = pipeline.csv(
                            "select visitor_id from processed_events order by source_partition, source_offset limit 1")
                    .get(1);
            long theirs = pipeline.number("select count(*) from processed_events where visitor_id = '" + visitor + "'");
            assertThat(done("forget", "--visitor", visitor, "--dry-run").out())
                    .contains("Would be erased: " + theirs + " event", "Nothing was changed");
            assertThat(done("forget", "--visitor", visitor).out())
                    .contains(
                            "Erased: " + theirs + " event",
                            "web-events: raw events as they came, with the whole address, for ever; set retention.ms",
                            "sketches of visitors");
            assertThat(pipeline.number("select count(*) from processed_events where visitor_id = '" + visitor + "'"))
                    .isZero();
            assertAccountedFor();

            // All is read and counted once more, which brings nobody back.
            pipeline.run(JobKind.ENRICH, options);
            pipeline.run(JobKind.AGGREGATE, options);
            assertThat(pipeline.number("select count(*) from processed_events where visitor_id = '" + visitor + "'"))
                    .isZero();
            assertAccountedFor();

            InProcess network = done("forget", "--ip", "192.0.2.200", "--host", "a.example");
            assertThat(network.out()).contains("stored as 192.0.2.0", "up to 256 clients");
            assertThat(pipeline.csv("select distinct host from processed_events"))
                    .containsExactly("host", "b.example");
            assertAccountedFor();
        }
    }

    private String day(int ago) {
        return today.minus(Duration.ofDays(ago)).toString().substring(0, 10);
    }

    private void sendTwoDays(Pipeline pipeline) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            records.add(event(
                    i % 4 < 2 ? "a.example" : "b.example",
                    "%sT12:%02d:00Z".formatted(day(i % 2 == 0 ? 100 : 1), i),
                    "192.0.2." + i % 5));
        }
        pipeline.send(records);
    }

    private static ProducerRecord<byte[], byte[]> event(String host, String time, String ip) {
        return new ProducerRecord<>(
                Topics.RAW,
                "{\"host\":\"%s\",\"event_time\":\"%s\",\"ip\":\"%s\"}"
                        .formatted(host, time, ip)
                        .getBytes(UTF_8));
    }

    private InProcess assertAccountedFor() {
        return done("audit", "--deep", "--wait=3s");
    }

    private InProcess done(String... words) {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        all.add("--data=" + folder.resolve("data"));
        InProcess run = InProcess.tidemark(all.toArray(String[]::new));
        assertThat(run.exitCode())
                .as(String.join(" ", words) + ": " + run.out() + run.err())
                .isZero();
        return run;
    }
}
