package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.embedded.StackConfig;
import io.tidemark.model.Topics;
import io.tidemark.store.StoreConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The session job by command: stopped, gone on with wider, started anew without state, and audited. */
class SessionJobIT {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant NEXT_DAY = Instant.parse("2026-03-02T12:00:00Z");
    private static final int VISITORS = 5;

    @TempDir
    static Path folder;

    private static Pipeline pipeline;

    @BeforeAll
    static void start() {
        pipeline = Pipeline.start(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        pipeline.close();
    }

    @Test
    void sessionsAreWholeWhateverBecomesOfTheJob() throws Exception {
        done("job", "enrich");
        assertThat(done("job", "session", "--gap", "10s", "--parallelism", "1"))
                .contains("tidemark-session runs as ", "from    process_events_kafka, partition 0 at 0");
        send(0, 100);
        pipeline.awaitStored(100);
        assertThat(done("job", "stop", "session")).contains("tidemark-session has stopped");
        send(100, 200);

        assertThat(failed("job", "session", "--gap", "1m"))
                .contains("tidemark-session makes sessions by visitor with a gap of 10s, and cannot go on with others");
        assertThat(failed("job", "session", "--sessions", "ip"))
                .contains("tidemark-session makes sessions by visitor with a gap of 10s, and cannot go on with others");
        assertThat(done("job", "session", "--parallelism", "2")).contains(" with parallelism 2; --fresh starts anew");
        pipeline.moveTimeTo(NEXT_DAY);
        pipeline.awaitSessions();
        assertThat(sessions()).isEqualTo("5,40,40,f");
        assertThat(done("job", "status")).contains("tidemark-session  running");
        Pipeline.await(
                "the events that only move the time on to be told",
                () -> done("job", "status").matches("(?s).* no_visitor +[1-9].*"));

        // Of the sessions, the job that starts anew has read nothing.
        assertThat(done("job", "stop", "session")).contains("tidemark-session has stopped");
        send(200, 205);
        assertThat(done("job", "session", "--fresh", "--from", NEXT_DAY.toString(), "--gap", "10s"))
                .contains("sessions from 2026-03-02T12:00:00.000Z on; earlier ones are recomputed");
        send(205, 210);
        pipeline.awaitSessions();
        assertThat(sessions()).isEqualTo("5,42,42,f");

        long before = pipeline.number("select count(*) from processed_events");
        pipeline.moveTimeTo(NEXT_DAY.plusSeconds(60));
        Pipeline.await(
                "the newest events to be stored",
                () -> pipeline.number("select count(*) from processed_events")
                        == before + StackConfig.DEFAULT_PARTITIONS);
        assertThat(audit().out())
                .contains("Sessions by visitor with a gap of 10s: 5 closed and checked, with 210 page views; 0 to be"
                        + " recomputed, 0 open")
                .contains("Every event is accounted for");
        run("update processed_events_sessions set num_hits = num_hits + 1 where session_start = '" + NOON + "'");
        assertThat(audit().out())
                .contains("1 difference:")
                .containsPattern("session of [0-9a-f]{16} on example.test from 2026-03-01T12:00:00.000Z: 43 hits until"
                        + " 2026-03-01T12:03:25.000Z, 42 hits until 2026-03-01T12:03:25.000Z by the stored events");
    }

    /** Visitors, and the lowest and highest number of page views of their sessions. */
    private static String sessions() throws Exception {
        return pipeline.csv(
                        "select count(*), min(num_hits), max(num_hits), bool_or(bounce) from processed_events_sessions")
                .get(1);
    }

    /** A page view a second, of one visitor after the other. */
    private static void send(int from, int to) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int second = from; second < to; second++) {
            String event = "{\"host\":\"%s\",\"event_time\":\"%s\",\"ip\":\"192.0.2.%d\",\"url\":\"/%d\"}"
                    .formatted(Pipeline.HOST, NOON.plusSeconds(second), second % VISITORS, second);
            records.add(new ProducerRecord<>(Topics.RAW, event.getBytes(StandardCharsets.UTF_8)));
        }
        pipeline.send(records);
    }

    private static void run(String sql) throws SQLException {
        StoreConfig store = pipeline.store();
        try (Connection connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static InProcess audit() {
        return tidemark("audit", "--wait", "2s");
    }

    private static String done(String... words) {
        InProcess run = tidemark(words);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    private static String failed(String... words) {
        InProcess run = tidemark(words);
        assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
        return run.err().strip();
    }

    private static InProcess tidemark(String... words) {
        String[] all = new String[words.length + 2];
        System.arraycopy(words, 0, all, 0, words.length);
        all[words.length] = "--data";
        all[words.length + 1] = folder.resolve("data").toString();
        return InProcess.tidemark(all);
    }
}
