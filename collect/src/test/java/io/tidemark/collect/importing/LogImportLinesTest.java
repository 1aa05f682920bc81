package io.tidemark.collect.importing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.collect.accesslog.LogFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.junit.jupiter.api.Test;

/** What becomes of each line. */
class LogImportLinesTest extends LogImportFixture {
    @Test
    void unparseableLinesGoToTheListenerAsTheyCame() throws Exception {
        byte[] bad = {'b', (byte) 0xff, 'd'};
        byte[] log = concat(concat((line("/a") + "\n").getBytes(UTF_8), bad), "\r\n\nx\n".getBytes(UTF_8));

        ImportProgress end = importAll(new LogSource.File(file("access.log", log)));

        assertThat(end.lines()).isEqualTo(4);
        assertThat(end.sent()).isEqualTo(1);
        assertThat(end.unparseable()).isEqualTo(3);
        assertThat(unparseable).extracting(UnparseableLine::lineNumber).containsExactly(2L, 3L, 4L);
        assertThat(unparseable)
                .extracting(UnparseableLine::reason)
                .containsExactly(
                        "Expected a time such as [10/Oct/2000:13:55:36 -0700] at column 4",
                        "The line is blank",
                        "Expected a time such as [10/Oct/2000:13:55:36 -0700] at column 2");
        assertThat(rejects.get(0)).isEqualTo(bad);
    }

    @Test
    void bytesThatAreNotUtf8BecomeTheReplacementCharacter() throws Exception {
        importAll(new LogSource.File(file("latin1.log", line("/caf\u00e9").getBytes(ISO_8859_1))));

        assertThat(sentUrls()).containsExactly("/caf\uFFFD");
    }

    @Test
    void byteOrderMarkIsLeftOut() throws Exception {
        String json = "{\"host\":\"h\",\"event_time\":\"2026-03-01T12:00:00Z\",\"url\":\"/a\"}";

        importAll(new LogSource.File(file("bom.log", ("\uFEFF" + json).getBytes(UTF_8))));

        assertThat(producer.history().get(0).value()).isEqualTo(json.getBytes(UTF_8));
    }

    @Test
    void lineBeyondTheCapIsUnparseableAndTheNextIsRead() throws Exception {
        String atCap = "x".repeat(LineReader.MAX_LINE_BYTES);
        String beyond = "y".repeat(3 * LineReader.MAX_LINE_BYTES + 7);
        byte[] log = String.join("\n", line("/a"), atCap, beyond, line("/b"), atCap + "z")
                .getBytes(UTF_8);

        importAll(new LogSource.File(file("long.log", log)));

        assertThat(sentUrls()).containsExactly("/a", "/b");
        String tooLong = "The line is longer than 1048576 bytes; only its beginning is kept";
        assertThat(unparseable).extracting(UnparseableLine::lineNumber).containsExactly(2L, 3L, 5L);
        assertThat(unparseable.get(0).reason()).isNotEqualTo(tooLong);
        assertThat(unparseable.get(1).reason()).isEqualTo(tooLong);
        assertThat(unparseable.get(2).reason()).isEqualTo(tooLong);
        assertThat(rejects).allSatisfy(raw -> assertThat(raw).hasSize(LineReader.MAX_LINE_BYTES));
    }

    @Test
    void lineThatMakesTooLargeARecordIsUnparseable() throws Exception {
        importAll(new LogSource.File(
                file("large.log", line("/" + "x".repeat(1_000_000)).getBytes(UTF_8))));

        assertThat(unparseable)
                .singleElement()
                .satisfies(l -> assertThat(l.reason())
                        .startsWith("The line makes a record of 1000")
                        .endsWith("Kafka takes at most 1000000"));
    }

    @Test
    void jsonPassesUnchangedOnceItIsValid() throws Exception {
        String good = "{ \"event_time\":\"2026-03-01 12:00:00\",  \"host\":\"h\", \"more\":[1] }";
        String noHost = "{\"event_time\":\"2026-03-01 12:00:00\"}";
        Path log = file("events.json", (good + "\r\n" + noHost + "\n" + line("/a")).getBytes(UTF_8));

        importAll(LogFormat.JSON, new LogSource.File(log));

        assertThat(producer.history()).hasSize(1);
        assertThat(producer.history().get(0).value()).isEqualTo(good.getBytes(UTF_8));
        assertThat(unparseable).extracting(UnparseableLine::lineNumber).containsExactly(2L, 3L);
        assertThat(unparseable.get(0).reason()).isEqualTo("Field host is absent or blank");
    }

    @Test
    void sentCountsOnlyWhatIsAcknowledged() throws Exception {
        MockProducer<byte[], byte[]> later = producer(false);
        Path log = file("access.log", (line("/a") + "\nbad\n" + line("/b")).getBytes(UTF_8));
        List<Long> sentWhenBad = new ArrayList<>();
        LogImport[] running = new LogImport[1];
        running[0] = new LogImport(
                new ImportConfig(TOPIC, LogFormat.AUTO, "site.example", false),
                List.of(new LogSource.File(log)),
                later,
                (line, raw) -> sentWhenBad.add(running[0].progress().sent()),
                new ScriptedTicker());

        ImportProgress end = running[0].run();

        assertThat(sentWhenBad).containsExactly(0L);
        assertThat(end.sent()).isEqualTo(2);
        assertThat(end.lines()).isEqualTo(end.sent() + end.unparseable());
    }
}
