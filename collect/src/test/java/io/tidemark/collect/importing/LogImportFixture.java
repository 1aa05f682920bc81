package io.tidemark.collect.importing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.collect.accesslog.LogFormat;
import io.tidemark.model.RawEventCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs imports into a producer that keeps what it is given. */
@Timeout(60)
abstract class LogImportFixture {
    static final String TOPIC = "web-events";

    @TempDir
    Path folder;

    final MockProducer<byte[], byte[]> producer = producer(true);
    final List<UnparseableLine> unparseable = new ArrayList<>();
    final List<byte[]> rejects = new ArrayList<>();

    static MockProducer<byte[], byte[]> producer(boolean acknowledgesAtOnce) {
        return new MockProducer<>(acknowledgesAtOnce, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static String line(String url) {
        return "192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] \"GET %s HTTP/1.1\" 200 1 \"-\" \"agent\"".formatted(url);
    }

    Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(UTF_8));
        }
        return out.toByteArray();
    }

    static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }

    LogImport anImport(MockProducer<byte[], byte[]> to, LogFormat format, LogSource... sources) throws IOException {
        return new LogImport(
                new ImportConfig(TOPIC, format, "site.example", false),
                List.of(sources),
                to,
                this::keep,
                new ScriptedTicker());
    }

    void keep(UnparseableLine line, byte[] raw) {
        unparseable.add(line);
        rejects.add(raw);
    }

    ImportProgress importAll(LogFormat format, LogSource... sources) throws Exception {
        return anImport(producer, format, sources).run();
    }

    ImportProgress importAll(LogSource... sources) throws Exception {
        return importAll(LogFormat.AUTO, sources);
    }

    List<String> sentUrls() throws Exception {
        List<String> urls = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> sent : producer.history()) {
            assertThat(sent.topic()).isEqualTo(TOPIC);
            assertThat(sent.key()).isNull();
            urls.add(String.valueOf(new RawEventCodec().decode(sent.value()).url()));
        }
        return urls;
    }
}
