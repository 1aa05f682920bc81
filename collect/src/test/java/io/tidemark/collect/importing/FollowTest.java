package io.tidemark.collect.importing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.collect.accesslog.LogFormat;
import io.tidemark.model.RawEventCodec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowTest {
    @TempDir
    private Path folder;

    private final ScriptedTicker ticker = new ScriptedTicker();
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final List<String> unparseable = new ArrayList<>();
    private Path log = Path.of("");

    @BeforeEach
    void nameTheLog() {
        log = folder.resolve("access.log");
    }

    private static String line(String url) {
        return "192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] \"GET %s HTTP/1.1\" 200 1 \"-\" \"agent\"".formatted(url);
    }

    private void append(String text) throws IOException {
        Files.writeString(log, text, APPEND);
    }

    /** Does the steps while waiting, stops after them, and returns the addresses sent. */
    private List<String> follow(List<Path> files, ScriptedTicker.Step... steps) throws Exception {
        LogImport running = new LogImport(
                new ImportConfig("web-events", LogFormat.AUTO, "site.example", true),
                files.stream().map(f -> (LogSource) new LogSource.File(f)).toList(),
                producer,
                (line, raw) -> unparseable.add(line.lineNumber() + " " + new String(raw, UTF_8)),
                ticker);
        for (ScriptedTicker.Step step : steps) {
            ticker.whenWaiting(step);
        }
        ticker.whenWaiting(running::stop);

        ImportProgress end = running.run();

        List<String> urls = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> sent : producer.history()) {
            urls.add(String.valueOf(new RawEventCodec().decode(sent.value()).url()));
        }
        assertThat(end.sent()).isEqualTo(urls.size());
        assertThat(end.lines()).isEqualTo(end.sent() + end.unparseable());
        return urls;
    }

    private List<String> follow(ScriptedTicker.Step... steps) throws Exception {
        return follow(List.of(log), steps);
    }

    @Test
    void linesAreReadAsTheFileGrows() throws Exception {
        Files.writeString(log, line("/a") + "\n");

        assertThat(follow(() -> append(line("/b") + "\n" + line("/c") + "\n"), () -> append(line("/d") + "\n")))
                .containsExactly("/a", "/b", "/c", "/d");
    }

    @Test
    void lineWaitsForItsEnd() throws Exception {
        Files.writeString(log, line("/a").substring(0, 30));

        assertThat(follow(() -> append(line("/a").substring(30)), () -> append("\n"), () -> append(line("/open"))))
                .containsExactly("/a");
        assertThat(unparseable).isEmpty();
    }

    @Test
    void replacedFileIsReadToItsEndThenTheNewOneFromItsBeginning() throws Exception {
        Files.writeString(log, line("/a") + "\n");
        Path old = folder.resolve("access.log.1");

        assertThat(follow(
                        () -> Files.move(log, old),
                        () -> Files.writeString(old, line("/b") + "\ncut", APPEND),
                        () -> Files.writeString(log, line("/c") + "\nbad\n"),
                        () -> append(line("/d") + "\n")))
                .containsExactly("/a", "/b", "/c", "/d");
        assertThat(unparseable).containsExactly("3 cut", "2 bad");
    }

    @Test
    void lateWritesToTheReplacedFileAreStillRead() throws Exception {
        Files.writeString(log, line("/a") + "\n");
        Path old = folder.resolve("access.log.1");

        assertThat(follow(() -> {
                    Files.move(log, old);
                    Files.writeString(log, line("/c") + "\n");
                    Files.writeString(old, line("/b") + "\n", APPEND);
                }))
                .containsExactly("/a", "/b", "/c");
    }

    @Test
    void fileCutShortIsReadFromItsBeginning() throws Exception {
        Files.writeString(log, line("/a") + "\n" + line("/b") + "\n");

        assertThat(follow(
                        () -> Files.writeString(log, line("/c") + "\n", TRUNCATE_EXISTING),
                        () -> append(line("/d") + "\n")))
                .containsExactly("/a", "/b", "/c", "/d");
    }

    @Test
    void emptiedFileIsReadOnceItGrowsAgain() throws Exception {
        Files.writeString(log, line("/a") + "\n");

        assertThat(follow(() -> FileChannel.open(log, WRITE).truncate(0).close(), () -> append(line("/b") + "\n")))
                .containsExactly("/a", "/b");
    }

    @Test
    void severalFilesAreFollowedInTurn() throws Exception {
        Path second = folder.resolve("second.log");
        Files.writeString(log, line("/1") + "\n");
        Files.writeString(second, line("/2") + "\n");

        assertThat(follow(
                        List.of(log, second),
                        () -> Files.writeString(second, line("/3") + "\n", APPEND),
                        () -> append(line("/4") + "\n")))
                .containsExactly("/1", "/2", "/3", "/4");
    }

    @Test
    void compressedFileCannotBeFollowed() throws Exception {
        Files.write(log, new byte[] {0x1f, (byte) 0x8b, 8});

        assertThatThrownBy(this::follow)
                .hasMessage("Cannot follow %s: it is compressed; import it without --follow", log);
    }
}
