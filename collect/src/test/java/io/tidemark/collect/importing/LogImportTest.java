package io.tidemark.collect.importing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.collect.SendFailedException;
import io.tidemark.collect.accesslog.LogFormat;
import io.tidemark.model.RawEventCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogImportTest {
    private static final String TOPIC = "web-events";

    @TempDir
    private Path folder;

    private final MockProducer<byte[], byte[]> producer = producer(true);
    private final List<UnparseableLine> unparseable = new ArrayList<>();
    private final List<byte[]> rejects = new ArrayList<>();

    private static MockProducer<byte[], byte[]> producer(boolean acknowledgesAtOnce) {
        return new MockProducer<>(acknowledgesAtOnce, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static String line(String url) {
        return "192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] \"GET %s HTTP/1.1\" 200 1 \"-\" \"agent\"".formatted(url);
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(UTF_8));
        }
        return out.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }

    private LogImport anImport(MockProducer<byte[], byte[]> to, LogFormat format, LogSource... sources)
            throws IOException {
        return new LogImport(
                new ImportConfig(TOPIC, format, "site.example", false),
                List.of(sources),
                to,
                this::keep,
                new ScriptedTicker());
    }

    private void keep(UnparseableLine line, byte[] raw) {
        unparseable.add(line);
        rejects.add(raw);
    }

    private ImportProgress importAll(LogFormat format, LogSource... sources) throws Exception {
        return anImport(producer, format, sources).run();
    }

    private ImportProgress importAll(LogSource... sources) throws Exception {
        return importAll(LogFormat.AUTO, sources);
    }

    private List<String> sentUrls() throws Exception {
        List<String> urls = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> sent : producer.history()) {
            assertThat(sent.topic()).isEqualTo(TOPIC);
            assertThat(sent.key()).isNull();
            urls.add(String.valueOf(new RawEventCodec().decode(sent.value()).url()));
        }
        return urls;
    }

    @Test
    void everyLineOfAFileIsSentInOrder() throws Exception {
        byte[] log = (line("/a") + "\n" + line("/b") + "\r\n" + line("/c")).getBytes(UTF_8);

        ImportProgress end = importAll(new LogSource.File(file("access.log", log)));

        assertThat(sentUrls()).containsExactly("/a", "/b", "/c");
        assertThat(end).isEqualTo(new ImportProgress(log.length, OptionalLong.of(log.length), 3, 3, 0));
        assertThat(producer.flushed()).isTrue();
        assertThat(producer.closed()).isFalse();
    }

    @Test
    void filesAreReadOneAfterTheOther() throws Exception {
        Path first = file("1.log", line("/a").getBytes(UTF_8));
        Path second = file("2.log", (line("/b") + "\nbad").getBytes(UTF_8));

        importAll(new LogSource.File(first), new LogSource.File(second));

        assertThat(sentUrls()).containsExactly("/a", "/b");
        assertThat(unparseable).singleElement().satisfies(l -> {
            assertThat(l.source()).isEqualTo(second.toString());
            assertThat(l.lineNumber()).isEqualTo(2);
        });
    }

    @Test
    void emptyFileHasNoLines() throws Exception {
        assertThat(importAll(new LogSource.File(file("empty", new byte[0]))).lines())
                .isZero();
    }

    @Test
    void gzipIsFoundByContentWithAllItsMembers() throws Exception {
        byte[] content = concat(gzip(line("/a") + "\n"), gzip(line("/b") + "\n"));

        ImportProgress end = importAll(new LogSource.File(file("not-named-gz.log", content)));

        assertThat(sentUrls()).containsExactly("/a", "/b");
        assertThat(end.bytesRead()).isEqualTo(content.length);
        assertThat(end.totalBytes()).hasValue(content.length);
    }

    @Test
    void plainFileMayBeNamedGz() throws Exception {
        importAll(new LogSource.File(file("plain.gz", line("/a").getBytes(UTF_8))));

        assertThat(sentUrls()).containsExactly("/a");
    }

    @Test
    void fileOfOneByteIsPlain() throws Exception {
        assertThat(importAll(new LogSource.File(file("one", new byte[] {0x1f}))).unparseable())
                .isEqualTo(1);
    }

    @Test
    void cutGzipFailsWithItsName() throws Exception {
        byte[] whole = gzip(line("/a") + "\n");
        Path cut = file("cut.gz", Arrays.copyOf(whole, whole.length - 12));

        assertThatThrownBy(() -> importAll(new LogSource.File(cut)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Cannot read " + cut);
    }

    @Test
    void fileThatOnlyBeginsLikeGzipFailsWithItsName() throws Exception {
        Path odd = file("odd.log", new byte[] {0x1f, (byte) 0x8b, 'x', 'y'});

        assertThatThrownBy(() -> importAll(new LogSource.File(odd)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Cannot read " + odd);
    }

    @Test
    void streamIsReadToItsEnd() throws Exception {
        InputStream in = new ByteArrayInputStream((line("/a") + "\n" + line("/b")).getBytes(UTF_8));

        ImportProgress end = importAll(new LogSource.Stream("(standard input)", in));

        assertThat(sentUrls()).containsExactly("/a", "/b");
        assertThat(end.totalBytes()).isEmpty();
    }

    @Test
    void pipeThatComesByteByByteMayHoldSeveralGzipMembers() throws Exception {
        byte[] content = concat(gzip(line("/a") + "\n"), gzip(line("/b") + "\n"));
        InputStream slow = new FilterInputStream(new ByteArrayInputStream(content)) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return super.read(buffer, offset, Math.min(length, 1));
            }

            @Override
            public int available() {
                return 0;
            }
        };

        importAll(new LogSource.Stream("(standard input)", slow));

        assertThat(sentUrls()).containsExactly("/a", "/b");
    }

    @Test
    void failureOfAStreamFailsTheImport() throws Exception {
        InputStream broken = new FilterInputStream(InputStream.nullInputStream()) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                throw new IOException("the pipe broke");
            }
        };

        assertThatThrownBy(() -> importAll(new LogSource.Stream("(standard input)", broken)))
                .isInstanceOf(IOException.class)
                .hasMessage("Cannot read (standard input) after line 0: the pipe broke");
    }

    @Test
    void importStopsWhileAStreamIsSilent() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        byte[] begun = (line("/a") + "\n" + line("/cut")).getBytes(UTF_8);
        InputStream silent = new FilterInputStream(new ByteArrayInputStream(begun)) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                try {
                    if (count < 0) {
                        never.await();
                    }
                } catch (InterruptedException e) {
                    throw new IOException("Interrupted", e);
                }
                return count;
            }
        };
        ScriptedTicker ticker = new ScriptedTicker();
        LogImport running = new LogImport(
                new ImportConfig(TOPIC, LogFormat.AUTO, "site.example", false),
                List.of(new LogSource.Stream("(standard input)", silent)),
                producer,
                this::keep,
                ticker);
        ticker.whenWaiting(() -> {
            if (running.progress().lines() == 1) {
                running.stop();
            }
        });

        ImportProgress end = running.run();

        assertThat(sentUrls()).containsExactly("/a");
        assertThat(end.lines()).isEqualTo(1);
    }

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
    void failedSendFailsTheImportNamingFileAndLine() throws Exception {
        MockProducer<byte[], byte[]> later = producer(false);
        Path log = file("access.log", (line("/a") + "\nbad\n" + line("/b")).getBytes(UTF_8));
        LogImport failing = new LogImport(
                new ImportConfig(TOPIC, LogFormat.AUTO, "site.example", false),
                List.of(new LogSource.File(log)),
                later,
                (line, raw) -> later.errorNext(new TimeoutException("no broker for 120 s")),
                new ScriptedTicker());

        assertThatThrownBy(failing::run)
                .isInstanceOf(SendFailedException.class)
                .hasMessage("Cannot send line 1 of %s to topic web-events: no broker for 120 s", log)
                .hasCauseInstanceOf(TimeoutException.class);
        assertThat(failing.progress().sent()).isZero();
    }

    @Test
    void refusedSendFailsTheImportNamingFileAndLine() throws Exception {
        Path log = file("access.log", ("bad\n" + line("/a")).getBytes(UTF_8));
        producer.sendException = new RecordTooLargeException("too large");

        assertThatThrownBy(() -> importAll(new LogSource.File(log)))
                .isInstanceOf(SendFailedException.class)
                .hasMessage("Cannot send line 2 of %s to topic web-events: too large", log);
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

    @Test
    void failingListenerFailsTheImport() throws Exception {
        LogImport failing = new LogImport(
                new ImportConfig(TOPIC, LogFormat.AUTO, null, false),
                List.of(new LogSource.File(file("access.log", "bad".getBytes(UTF_8)))),
                producer,
                (line, raw) -> {
                    throw new IOException("disk full");
                },
                new ScriptedTicker());

        assertThatThrownBy(failing::run).hasMessage("disk full");
    }

    @Test
    void missingFileIsRefusedBeforeAnythingIsSent() throws Exception {
        Path good = file("good.log", line("/a").getBytes(UTF_8));
        Path missing = folder.resolve("missing.log");

        assertThatThrownBy(
                        () -> anImport(producer, LogFormat.AUTO, new LogSource.File(good), new LogSource.File(missing)))
                .hasMessage("Cannot read %s: there is no such file", missing);
        assertThatThrownBy(() -> anImport(producer, LogFormat.AUTO, new LogSource.File(folder)))
                .hasMessage("Cannot read %s: it is a folder; name the files in it", folder);
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void blankHostIsRefused() {
        assertThatThrownBy(() -> new ImportConfig(TOPIC, LogFormat.AUTO, " ", false))
                .hasMessage("host must be a name such as example.org; was \" \"");
    }
}
