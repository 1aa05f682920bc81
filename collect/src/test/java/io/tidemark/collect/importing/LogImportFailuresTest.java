package io.tidemark.collect.importing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.collect.SendFailedException;
import io.tidemark.collect.accesslog.LogFormat;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** What an import fails of, and what it says then. */
class LogImportFailuresTest extends LogImportFixture {
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
