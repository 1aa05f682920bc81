package io.tidemark.collect.http;

import static io.tidemark.collect.http.RunningCollector.JSON;
import static io.tidemark.collect.http.RunningCollector.PAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.collect.http.CollectorConfig.Access;
import io.tidemark.collect.http.CollectorConfig.LeftOut;
import io.tidemark.collect.http.CollectorConfig.Limits;
import io.tidemark.collect.http.CollectorConfig.Tls;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import io.tidemark.testkit.TestCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CollectorTest {
    @TempDir
    Path folder;

    private RunningCollector collector;

    @BeforeEach
    void start() throws IOException {
        collector = new RunningCollector(folder);
    }

    @AfterEach
    void end() throws IOException {
        collector.close();
    }

    @Test
    void anEventIsCompletedByItsRequest() throws Exception {
        HttpResponse<String> answer = collector.client.send(
                collector
                        .post(PAGE)
                        .header("User-Agent", "Mozilla/5.0 Test")
                        .header("Accept-Language", "de")
                        .header("Cookie", "secret=1")
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(JSON.readTree(answer.body()).at("/ids/0").asText())
                .hasSize(36)
                .isEqualTo(collector.topic.ids().get(0));
        RawEvent event =
                new RawEventCodec().decode(collector.topic.values().get(0).getBytes(UTF_8));
        assertThat(event.host()).isEqualTo("example.org");
        assertThat(event.url()).isEqualTo("https://example.org/pricing?a=1");
        assertThat(event.referrer()).isEqualTo("https://a.example/");
        assertThat(event.userAgent()).isEqualTo("Mozilla/5.0 Test");
        assertThat(event.ip()).isEqualTo("127.0.0.1");
        assertThat(event.headers()).isEqualTo("{\"Accept-Language\":\"de\"}");
        assertThat(collector.topic.values().get(0)).startsWith(PAGE.substring(0, PAGE.length() - 1));
    }

    @Test
    void whatTheBodySaysGoesBeforeTheRequest() throws Exception {
        String body = "{\"host\":\"a.test\",\"user_agent\":\"own\",\"ip\":\"192.0.2.9\",\"headers\":{},"
                + "\"event_time\":\"2026-03-01T12:00:00Z\",\"url\":\"/x\",\"extra\":[1,{\"a\":null}]}";
        assertThat(collector.send(collector.post(body)).statusCode()).isEqualTo(200);
        assertThat(collector.topic.values()).containsExactly(body);
    }

    @Test
    void aNullIsAsIfAbsent() throws Exception {
        collector.send(collector.post("{\"url\":\"https://b.test/\",\"host\":null,\"ip\":null,\"event_time\":null}"));
        RawEvent event =
                new RawEventCodec().decode(collector.topic.values().get(0).getBytes(UTF_8));
        assertThat(event.host()).isEqualTo("b.test");
        assertThat(event.ip()).isEqualTo("127.0.0.1");
        assertThat(event.eventTimeMillis()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            {}                                   | https://o.test | https://r.test/p | o.test    | https://r.test/p
            {}                                   | -              | https://r.test/p | r.test    | https://r.test/p
            {}                                   | null           | -                | 127.0.0.1 | -
            { }                                  | -              | -                | 127.0.0.1 | -
            {"url":"//u.test:8080/a"}            | https://o.test | -                | u.test    | //u.test:8080/a
            {"url":"/only/path"}                 | https://o.test | -                | o.test    | /only/path
            """)
    void theHostIsToldByTheMostExact(String body, String origin, String referer, String host, String url)
            throws Exception {
        HttpRequest.Builder request = collector.post(body);
        if (origin != null) {
            request.header("Origin", origin);
        }
        if (referer != null) {
            request.header("Referer", referer);
        }
        assertThat(collector.send(request).statusCode()).isEqualTo(200);
        RawEvent event =
                new RawEventCodec().decode(collector.topic.values().get(0).getBytes(UTF_8));
        assertThat(event.host()).isEqualTo(host);
        assertThat(event.url()).isEqualTo(url);
    }

    @Test
    void aListIsTakenInItsOrderAndAnswersWithItsIds() throws Exception {
        HttpResponse<String> answer = collector.send(
                collector.post(
                        "[{\"id\":\"one\",\"host\":\"a.test\"}, {\"host\":\"b.test\"},{\"host\":\"ü.test\",\"id\":\"three\"}]"));
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode ids = JSON.readTree(answer.body()).get("ids");
        assertThat(ids).hasSize(3);
        assertThat(ids.get(0).asText()).isEqualTo("one");
        assertThat(ids.get(2).asText()).isEqualTo("three");
        assertThat(collector.topic.ids()).containsExactly("one", ids.get(1).asText(), "three");
        assertThat(collector.topic.values().get(2)).startsWith("{\"host\":\"ü.test\",\"id\":\"three\",");
    }

    @Test
    void theSameIdIsOneEvent() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(collector
                            .send(collector.post("{\"id\":\"same\",\"host\":\"a.test\"}"))
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(collector.topic.ids()).containsExactly("same");
        assertThat(collector.get("/metrics").body()).contains("tidemark_collect_repeats_total 2.0");
    }

    /** What is wrong in an event is for the pipeline, which keeps it with the reason. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"host\":7}",
                "{\"host\":\"a.test\",\"event_time\":\"yesterday\"}",
                "{\"host\":\"\",\"url\":[]}"
            })
    void anEventThatCannotBeCountedGoesOnAsItIs(String body) throws Exception {
        assertThat(collector.send(collector.post(body)).statusCode()).isEqualTo(200);
        assertThat(collector.topic.values().get(0)).startsWith(body.substring(0, body.length() - 1));
    }

    @Test
    void thePixelSendsAnEvent() throws Exception {
        HttpResponse<byte[]> answer = collector.client.send(
                collector
                        .request("/pixel.gif?url=https%3A%2F%2Fnews.test%2Fa%3Fb&ref=https%3A%2F%2Fx.test%2F&id=p1")
                        .GET()
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("image/gif");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(new String(answer.body(), 0, 6, UTF_8)).isEqualTo("GIF89a");
        RawEvent event =
                new RawEventCodec().decode(collector.topic.values().get(0).getBytes(UTF_8));
        assertThat(event.host()).isEqualTo("news.test");
        assertThat(event.url()).isEqualTo("https://news.test/a?b");
        assertThat(event.referrer()).isEqualTo("https://x.test/");
        assertThat(collector.topic.ids()).containsExactly("p1");
    }

    @Test
    void theTrackerIsSmallAndIsNotSentTwice() throws Exception {
        HttpResponse<byte[]> packed = collector.client.send(
                collector.request("/t.js").header("Accept-Encoding", "br, gzip").build(), BodyHandlers.ofByteArray());
        assertThat(packed.statusCode()).isEqualTo(200);
        assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(packed.body()).hasSizeLessThan(1_500);
        HttpResponse<String> plain = collector.get("/t.js");
        assertThat(plain.body()).contains("sendBeacon").doesNotContain("RESPECT_SIGNALS", "//   <script", "cookie");
        String tag = plain.headers().firstValue("ETag").orElseThrow();
        assertThat(collector
                        .send(collector.request("/t.js").header("If-None-Match", tag))
                        .statusCode())
                .isEqualTo(304);
    }

    @Test
    void healthReadinessAndMetricsAreTold() throws Exception {
        assertThat(collector.get("/healthz").statusCode()).isEqualTo(200);
        collector.send(collector.post(PAGE));
        assertThat(collector.get("/readyz").statusCode()).isEqualTo(200);
        String metrics = collector.get("/metrics").body();
        assertThat(metrics)
                .contains("tidemark_collect_events_total{kept=\"in_kafka\"} 1.0")
                .contains("tidemark_collect_requests_total{path=\"/api/event\",status=\"200\"} 1.0")
                .contains("tidemark_collect_refusals_total{reason=\"busy\"} 0.0")
                .contains("tidemark_collect_ready 1.0");
        assertThat(collector
                        .send(collector.request("/metrics").header("X-Forwarded-For", "192.0.2.1"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void whileKafkaIsSilentTheDiskAcknowledges() throws Exception {
        collector.topic.silence();
        HttpResponse<String> answer = collector.send(collector.post("{\"host\":\"a.test\",\"id\":\"kept\"}"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(JSON.readTree(answer.body()).get("spooled").asBoolean()).isTrue();
        assertThat(collector.get("/readyz").statusCode()).isEqualTo(503);
        assertThat(collector.get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void signalsFilesAndPathsAreLeftOutWhereAsked() throws Exception {
        collector.restart(new CollectorConfig(
                "127.0.0.1",
                0,
                null,
                Access.ANYBODY,
                Limits.USUAL,
                new LeftOut(true, SkippedPaths.of(true, List.of("/admin/*", "*/preview")))));
        assertThat(collector.send(collector.post(PAGE).header("Sec-GPC", "1")).body())
                .contains("\"ids\":[null]", "\"skipped\":1");
        assertThat(collector.send(collector.post(PAGE).header("DNT", "1")).body())
                .contains("\"skipped\":1");
        HttpResponse<String> some = collector.send(collector.post("""
                [{"url":"https://a.test/logo.PNG?x=1"}, {"url":"/admin/users"}, {"url":"/a/b/preview"},
                {"url":"https://a.test/page.html"}, {"url":"/administrator"}]"""));
        assertThat(JSON.readTree(some.body()).get("skipped").asInt()).isEqualTo(3);
        assertThat(collector.topic.values()).hasSize(2);
        assertThat(collector.get("/metrics").body()).contains("tidemark_collect_events_total{kept=\"skipped\"} 5.0");
        assertThat(collector.get("/t.js").body())
                .contains("globalPrivacyControl")
                .contains("if (1 &&");
    }

    @Test
    void aRequestThatNamesNoHostIsOfTheAddressThatWasAsked() throws Exception {
        String answer = collector.raw(
                "POST /api/event HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        assertThat(answer).startsWith("HTTP/1.1 200 ");
        assertThat(new RawEventCodec()
                        .decode(collector.topic.values().get(0).getBytes(UTF_8))
                        .host())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void withACertificateItServesHttps() throws Exception {
        TestCertificate certificate = TestCertificate.make(folder, "changeit");
        collector.restart(new CollectorConfig(
                "127.0.0.1",
                0,
                new Tls(certificate.keyStore(), certificate.password()),
                Access.ANYBODY,
                Limits.USUAL,
                LeftOut.NOTHING));
        assertThat(collector.address().getScheme()).isEqualTo("https");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(certificate.trustStore())) {
            trusted.load(in, certificate.password().toCharArray());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        HttpClient client = HttpClient.newBuilder().sslContext(context).build();
        assertThat(client.send(collector.post(PAGE).build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(collector.topic.values()).hasSize(1);
    }
}
