package io.tidemark.cli.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.model.Topics;
import io.tidemark.stream.StartFrom;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The second topic takes no large record for a while: what stands behind one must not get there before it. */
class RefusedRecordIT {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final int EVENTS = 400;

    @TempDir
    Path folder;

    @Test
    void aRecordThatIsRefusedForAWhileTearsNoGap() throws Exception {
        try (Pipeline pipeline = Pipeline.start(folder.resolve("data"))) {
            pipeline.submit(JobKind.ENRICH, JobOptions.defaults(2).withFrom(new StartFrom.Earliest()));
            limit(pipeline, "1500");
            pipeline.send(events());
            pipeline.awaitStored(EVENTS);
            // The job has failed by now, or does so soon: Kafka still refuses, whatever the next attempts send.
            Pipeline.await("the job to have failed", () -> restarts() > 0);
            limit(pipeline, "1048576");
            pipeline.submit(JobKind.AGGREGATE, JobOptions.defaults(2).withFrom(new StartFrom.Earliest()));
            pipeline.moveTimeTo(NOON.plusSeconds(7_200));
            pipeline.awaitCounted();

            InProcess audit = InProcess.tidemark(
                    "audit", "--deep", "--data", folder.resolve("data").toString());
            assertThat(audit.exitCode()).as(audit.out()).isZero();
        }
    }

    private long restarts() {
        String status = InProcess.tidemark(
                        "job", "status", "--data", folder.resolve("data").toString())
                .out();
        return status.lines()
                .filter(line -> line.contains("restarts"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }

    /** Every hundredth is large, whatever the compression makes of it; the others are small. */
    private static List<ProducerRecord<byte[], byte[]>> events() {
        Random random = new Random(1);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            StringBuilder url = new StringBuilder("/");
            for (int length = i % 100 == 50 ? 4_000 : 10; length > 0; length--) {
                url.append((char) ('a' + random.nextInt(26)));
            }
            records.add(new ProducerRecord<>(
                    Topics.RAW,
                    "{\"host\":\"%s\",\"url\":\"%s\",\"event_time\":\"%s\"}"
                            .formatted(Pipeline.HOST, url, NOON.plusSeconds(i))
                            .getBytes(UTF_8)));
        }
        return records;
    }

    private static void limit(Pipeline pipeline, String bytes) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.ENRICHED);
        Collection<AlterConfigOp> change =
                List.of(new AlterConfigOp(new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", pipeline.bootstrap()))) {
            admin.incrementalAlterConfigs(Map.of(topic, change)).all().get();
        }
    }
}
