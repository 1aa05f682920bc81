package io.tidemark.collect.importing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.collect.accesslog.LogFormat;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Files, compressed or not, and streams. */
class LogImportSourcesTest extends LogImportFixture {
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
}
