package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.Ports;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackConfig;
import io.tidemark.cli.embedded.StackProcess;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.model.DurationText;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.testkit.Forwarder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Postgres behind a way that can be taken away, and Kafka in a process that can be halted. */
class WaitingIT {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration AWAY = Duration.ofSeconds(15);
    private static final int EVENTS = 50;

    @TempDir
    static Path folder;

    private static Process servers;
    private static Forwarder postgres;
    private static Stack flink;
    private static Pipeline pipeline;
    private static long sent;

    @BeforeAll
    static void start() throws Exception {
        Path theirs = folder.resolve("servers");
        servers = StackProcess.start(theirs);
        StackAddresses there = Stack.running(theirs).orElseThrow();
        int port = URI.create(there.jdbcUrl().replaceFirst("^jdbc:", "")).getPort();
        postgres = Forwarder.open(Ports.lasting("the way to PostgreSQL", 0), port);
        StoreConfig store = new StoreConfig(
                there.jdbcUrl().replace(":" + port + "/", ":" + postgres.port() + "/"),
                there.postgresUser(),
                there.store().password());
        flink = Stack.start(StackConfig.at(folder.resolve("data"))
                .withExternal(new External(
                        KafkaSettings.of(there.bootstrap()), null, Map.of(), store, there.postgresPasswordFile())));
        pipeline = Pipeline.on(folder.resolve("data"));
        pipeline.submit(JobKind.ENRICH, JobOptions.defaults(2));
        pipeline.submit(JobKind.AGGREGATE, JobOptions.defaults(2));
        pipeline.submit(JobKind.SESSION, JobOptions.defaults(2));
    }

    @AfterAll
    static void stop() throws IOException {
        flink.close();
        postgres.close();
        // Not by force: PostgreSQL is to end with it.
        servers.destroy();
        servers.onExit().join();
    }

    @Test
    void postgresThatIsAwayIsWaitedForVisiblyAndNoJobFails() throws Exception {
        send();
        pipeline.awaitStored(sent);
        postgres.takeAway();
        try {
            send();
            awaitAllWaitFor("Postgres");
        } finally {
            postgres.bringBack();
        }
        awaitAllIsCountedWithoutARestart();
    }

    @Test
    void kafkaThatIsAwayIsWaitedForVisiblyAndNoJobFails() throws Exception {
        send();
        signal("STOP");
        try {
            awaitAllWaitFor("Kafka");
        } finally {
            signal("CONT");
        }
        send();
        awaitAllIsCountedWithoutARestart();
    }

    private static void send() throws Exception {
        pipeline.sendEvents(EVENTS, NOON.plusSeconds(sent));
        sent += EVENTS;
    }

    /** Until it is away for long, which tells by what the jobs' status says; they are well all the time. */
    private static void awaitAllWaitFor(String server) throws Exception {
        Pattern waiting = Pattern.compile("waiting for " + server + " since (\\S+): \\S");
        Pipeline.await("all jobs to wait for " + server, () -> {
            Matcher found = waiting.matcher(status());
            int jobs = 0;
            while (found.find()) {
                jobs += DurationText.parse(found.group(1)).compareTo(AWAY) >= 0 ? 1 : 0;
            }
            return jobs == JobKind.values().length;
        });
    }

    private static void awaitAllIsCountedWithoutARestart() throws Exception {
        pipeline.awaitStored(sent);
        pipeline.moveTimeTo(NOON.plus(Duration.ofDays(1)));
        pipeline.awaitCounted();
        assertThat(pipeline.csv("""
                        select (select count(*) from processed_events where host = '%1$s') as stored,
                            (select sum(num_hits) from processed_events_aggregated where host = '%1$s') as counted""".formatted(Pipeline.HOST))).element(1).isEqualTo("%1$d,%1$d".formatted(sent));
        Pipeline.await("no job to wait", () -> !status().contains("waiting for "));
        assertThat(status()).doesNotContain("last failure");
        assertThat(status().lines().filter(line -> line.matches(" +restarts +0")))
                .hasSameSizeAs(JobKind.values());
    }

    private static String status() {
        InProcess status = InProcess.tidemark(
                "job", "status", "--data", folder.resolve("data").toString());
        assertThat(status.exitCode()).as(status.out() + status.err()).isZero();
        return status.out();
    }

    private static void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(servers.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }
}
