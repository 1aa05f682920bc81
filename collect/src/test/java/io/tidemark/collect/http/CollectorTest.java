package io.tidemark.collect.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.collect.intake.IntakeConfig;
import io.tidemark.collect.intake.TestTopic;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server, asked by a real client; Kafka is a fake. */
class CollectorTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PAGE =
            "{\"url\":\"https://example.org/pricing?a=1\",\"referrer\":\"https://a.example/\"}";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestTopic topic = new TestTopic();
    private Collector collector;

    @BeforeEach
    void startOpen() throws IOException {
        collector = Collector.start(CollectorConfig.onLoopback(0), topic.intake(folder.resolve("spool")));
    }

    @AfterEach
    void end() throws IOException {
        collector.close();
    }

    @Test
    void anEventIsCompletedByItsRequest() throws Exception {
        HttpResponse<String> answer = client.send(
                post(PAGE)
                        .header("User-Agent", "Mozilla/5.0 Test")
                        .header("Accept-Language", "de")
                        .header("Cookie", "secret=1")
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(JSON.readTree(answer.body()).at("/ids/0").asText())
                .hasSize(36)
                .isEqualTo(topic.ids().get(0));
        RawEvent event = new RawEventCodec().decode(topic.values().get(0).getBytes(UTF_8));
        assertThat(event.host()).isEqualTo("example.org");
        assertThat(event.url()).isEqualTo("https://example.org/pricing?a=1");
        assertThat(event.referrer()).isEqualTo("https://a.example/");
        assertThat(event.userAgent()).isEqualTo("Mozilla/5.0 Test");
        assertThat(event.ip()).isEqualTo("127.0.0.1");
        assertThat(event.headers()).isEqualTo("{\"Accept-Language\":\"de\"}");
        assertThat(topic.values().get(0)).startsWith(PAGE.substring(0, PAGE.length() - 1));
    }

    @Test
    void whatTheBodySaysGoesBeforeTheRequest() throws Exception {
        String body = "{\"host\":\"a.test\",\"user_agent\":\"own\",\"ip\":\"192.0.2.9\",\"headers\":{},"
                + "\"event_time\":\"2026-03-01T12:00:00Z\",\"url\":\"/x\",\"extra\":[1,{\"a\":null}]}";
        assertThat(send(post(body)).statusCode()).isEqualTo(200);
        assertThat(topic.values()).containsExactly(body);
    }

    @Test
    void aNullIsAsIfAbsent() throws Exception {
        send(post("{\"url\":\"https://b.test/\",\"host\":null,\"ip\":null,\"event_time\":null}"));
        RawEvent event = new RawEventCodec().decode(topic.values().get(0).getBytes(UTF_8));
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
        HttpRequest.Builder request = post(body);
        if (origin != null) {
            request.header("Origin", origin);
        }
        if (referer != null) {
            request.header("Referer", referer);
        }
        assertThat(send(request).statusCode()).isEqualTo(200);
        RawEvent event = new RawEventCodec().decode(topic.values().get(0).getBytes(UTF_8));
        assertThat(event.host()).isEqualTo(host);
        assertThat(event.url()).isEqualTo(url);
    }

    @Test
    void aListIsTakenInItsOrderAndAnswersWithItsIds() throws Exception {
        HttpResponse<String> answer = send(
                post(
                        "[{\"id\":\"one\",\"host\":\"a.test\"}, {\"host\":\"b.test\"},{\"host\":\"ü.test\",\"id\":\"three\"}]"));
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode ids = JSON.readTree(answer.body()).get("ids");
        assertThat(ids).hasSize(3);
        assertThat(ids.get(0).asText()).isEqualTo("one");
        assertThat(ids.get(2).asText()).isEqualTo("three");
        assertThat(topic.ids()).containsExactly("one", ids.get(1).asText(), "three");
        assertThat(topic.values().get(2)).startsWith("{\"host\":\"ü.test\",\"id\":\"three\",");
    }

    @Test
    void theSameIdIsOneEvent() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(send(post("{\"id\":\"same\",\"host\":\"a.test\"}")).statusCode())
                    .isEqualTo(200);
        }
        assertThat(topic.ids()).containsExactly("same");
        assertThat(get("/metrics").body()).contains("tidemark_collect_repeats_total 2.0");
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
        assertThat(send(post(body)).statusCode()).isEqualTo(200);
        assertThat(topic.values().get(0)).startsWith(body.substring(0, body.length() - 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                        | invalid_body
            no json                   | invalid_body
            7                         | invalid_body
            []                        | invalid_body
            [7]                       | invalid_body
            [{"host":"a.test"}        | invalid_body
            {"host":"a.test"} {}      | invalid_body
            {"host":"a.test","id":7}  | invalid_id
            {"host":"a.test","id":""} | invalid_id
            {"id":"<script>"}         | invalid_id
            """)
    void aBodyThatIsNoEventIsRefusedWithTheReason(String body, String reason) throws Exception {
        HttpResponse<String> answer = send(post(body));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).get("error").asText()).isEqualTo(reason);
        assertThat(JSON.readTree(answer.body()).get("message").asText()).isNotBlank();
        assertThat(topic.values()).isEmpty();
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws Exception {
        HttpResponse<String> answer = client.send(
                request("/api/event")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(
                                new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'}))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void otherTypesMethodsAndPathsAreRefused() throws Exception {
        assertThat(refusal(
                        415,
                        request("/api/event")
                                .header("Content-Type", "text/html")
                                .POST(BodyPublishers.ofString("{}"))))
                .isEqualTo("unsupported_type");
        assertThat(refusal(415, request("/api/event").POST(BodyPublishers.ofString("{}"))))
                .isEqualTo("unsupported_type");
        assertThat(refusal(405, request("/api/event").GET())).isEqualTo("method_not_allowed");
        assertThat(send(request("/api/event").DELETE()).headers().firstValue("Allow"))
                .hasValue("POST, OPTIONS");
        assertThat(refusal(405, request("/t.js").POST(BodyPublishers.noBody()))).isEqualTo("method_not_allowed");
        assertThat(refusal(404, request("/").GET())).isEqualTo("not_found");
        assertThat(refusal(404, request("/api/event/").GET())).isEqualTo("not_found");
    }

    @Test
    void aBodyTooLargeIsRefusedWhetherItSaysItsLengthOrNot() throws Exception {
        String large = "{\"url\":\"" + "x".repeat(70_000) + "\"}";
        assertThat(refusal(413, post(large))).isEqualTo("too_large");
        assertThat(refusal(
                        413,
                        request("/api/event")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofInputStream(
                                        () -> new java.io.ByteArrayInputStream(large.getBytes(UTF_8))))))
                .isEqualTo("too_large");
        String many = "[" + "{},".repeat(500) + "{}]";
        assertThat(refusal(413, post(many))).isEqualTo("too_many_events");
        assertThat(topic.values()).isEmpty();
    }

    @Test
    void thePixelSendsAnEvent() throws Exception {
        HttpResponse<byte[]> answer = client.send(
                request("/pixel.gif?url=https%3A%2F%2Fnews.test%2Fa%3Fb&ref=https%3A%2F%2Fx.test%2F&id=p1")
                        .GET()
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("image/gif");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(new String(answer.body(), 0, 6, UTF_8)).isEqualTo("GIF89a");
        RawEvent event = new RawEventCodec().decode(topic.values().get(0).getBytes(UTF_8));
        assertThat(event.host()).isEqualTo("news.test");
        assertThat(event.url()).isEqualTo("https://news.test/a?b");
        assertThat(event.referrer()).isEqualTo("https://x.test/");
        assertThat(topic.ids()).containsExactly("p1");
    }

    @Test
    void theTrackerIsSmallAndIsNotSentTwice() throws Exception {
        HttpResponse<byte[]> packed = client.send(
                request("/t.js").header("Accept-Encoding", "br, gzip").build(), BodyHandlers.ofByteArray());
        assertThat(packed.statusCode()).isEqualTo(200);
        assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(packed.body()).hasSizeLessThan(1_500);
        HttpResponse<String> plain = get("/t.js");
        assertThat(plain.body()).contains("sendBeacon").doesNotContain("RESPECT_SIGNALS", "//   <script", "cookie");
        String tag = plain.headers().firstValue("ETag").orElseThrow();
        assertThat(send(request("/t.js").header("If-None-Match", tag)).statusCode())
                .isEqualTo(304);
    }

    @Test
    void healthReadinessAndMetricsAreTold() throws Exception {
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        send(post(PAGE));
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        String metrics = get("/metrics").body();
        assertThat(metrics)
                .contains("tidemark_collect_events_total{kept=\"in_kafka\"} 1.0")
                .contains("tidemark_collect_requests_total{path=\"/api/event\",status=\"200\"} 1.0")
                .contains("tidemark_collect_refusals_total{reason=\"busy\"} 0.0")
                .contains("tidemark_collect_ready 1.0");
        assertThat(send(request("/metrics").header("X-Forwarded-For", "192.0.2.1"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void whileKafkaIsSilentTheDiskAcknowledges() throws Exception {
        topic.silence();
        HttpResponse<String> answer = send(post("{\"host\":\"a.test\",\"id\":\"kept\"}"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(JSON.readTree(answer.body()).get("spooled").asBoolean()).isTrue();
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void withoutASpoolTheSenderIsToldToTryAgainWithTheSameIds() throws Exception {
        topic.silence();
        restart(
                new CollectorConfig(
                        "127.0.0.1",
                        0,
                        null,
                        List.of(),
                        Set.of(),
                        List.of(),
                        1_000,
                        10,
                        0,
                        0,
                        Duration.ofMillis(300),
                        false,
                        SkippedPaths.NONE),
                new IntakeConfig("web-events", 1 << 20, null, 0, Duration.ofSeconds(1), Duration.ofMinutes(1), 100));
        HttpResponse<String> answer = send(post("[{\"host\":\"a.test\",\"id\":\"mine\"},{\"host\":\"a.test\"}]"));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.get("error").asText()).isEqualTo("not_yet_known");
        assertThat(body.get("ids").get(0).asText()).isEqualTo("mine");
        assertThat(body.get("ids")).hasSize(2);
    }

    @Test
    void withSitesAKeyIsNeededAndOnlyForItsHosts() throws Exception {
        restart(new CollectorConfig(
                "127.0.0.1",
                0,
                null,
                List.of(Site.parse("shop=example.org,*.shop.test"), Site.parse("blog=blog.test")),
                Set.of("https://editor.test"),
                List.of(),
                1_000,
                10,
                0,
                0,
                Duration.ofSeconds(5),
                false,
                SkippedPaths.NONE));
        assertThat(refusal(401, post(PAGE))).isEqualTo("unknown_key");
        assertThat(refusal(401, post(PAGE, "?k=nobody"))).isEqualTo("unknown_key");
        assertThat(refusal(403, post(PAGE, "?k=blog"))).isEqualTo("host_not_of_site");
        assertThat(refusal(403, post("{\"host\":7}", "?k=blog"))).isEqualTo("host_not_of_site");
        assertThat(send(post(PAGE, "?k=shop")).statusCode()).isEqualTo(200);
        assertThat(send(post(PAGE).header("X-Tidemark-Key", "shop")).statusCode())
                .isEqualTo(200);
        assertThat(send(post("{\"host\":\"DE.Shop.test\"}", "?k=shop")).statusCode())
                .isEqualTo(200);
        assertThat(refusal(403, post("{\"host\":\"shop.test\"}", "?k=shop"))).isEqualTo("host_not_of_site");

        HttpResponse<String> allowed = send(post(PAGE, "?k=shop").header("Origin", "https://www.shop.test"));
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin")).hasValue("https://www.shop.test");
        assertThat(allowed.headers().firstValue("Vary")).hasValue("Origin");
        assertThat(send(post(PAGE, "?k=shop").header("Origin", "https://editor.test"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(refusal(403, post(PAGE, "?k=shop").header("Origin", "https://evil.test")))
                .isEqualTo("origin_not_allowed");
    }

    @Test
    void aBrowserIsToldBeforehandWhatItMaySend() throws Exception {
        HttpResponse<String> answer = send(request("/api/event")
                .header("Origin", "https://example.org")
                .header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", BodyPublishers.noBody()));
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue("*");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Headers").orElse(""))
                .contains("Content-Type");
    }

    @Test
    void tooManyEventsAreRefusedForAWhile() throws Exception {
        restart(new CollectorConfig(
                "127.0.0.1",
                0,
                null,
                List.of(),
                Set.of(),
                List.of(),
                10_000,
                100,
                2,
                0,
                Duration.ofSeconds(5),
                false,
                SkippedPaths.NONE));
        assertThat(send(post("[" + "{},".repeat(18) + "{}]")).statusCode()).isEqualTo(200);
        HttpResponse<String> answer = send(post("[{},{},{}]"));
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers()
                        .firstValue("Retry-After")
                        .map(Integer::parseInt)
                        .orElse(0))
                .isBetween(1, 2);
        assertThat(topic.values()).hasSize(19);
    }

    @Test
    void signalsFilesAndPathsAreLeftOutWhereAsked() throws Exception {
        restart(new CollectorConfig(
                "127.0.0.1",
                0,
                null,
                List.of(),
                Set.of(),
                List.of(),
                10_000,
                100,
                0,
                0,
                Duration.ofSeconds(5),
                true,
                SkippedPaths.of(true, List.of("/admin/*", "*/preview"))));
        assertThat(send(post(PAGE).header("Sec-GPC", "1")).body()).contains("\"ids\":[null]", "\"skipped\":1");
        assertThat(send(post(PAGE).header("DNT", "1")).body()).contains("\"skipped\":1");
        HttpResponse<String> some = send(post("""
                [{"url":"https://a.test/logo.PNG?x=1"}, {"url":"/admin/users"}, {"url":"/a/b/preview"},
                {"url":"https://a.test/page.html"}, {"url":"/administrator"}]"""));
        assertThat(JSON.readTree(some.body()).get("skipped").asInt()).isEqualTo(3);
        assertThat(topic.values()).hasSize(2);
        assertThat(get("/metrics").body()).contains("tidemark_collect_events_total{kept=\"skipped\"} 5.0");
        assertThat(get("/t.js").body()).contains("globalPrivacyControl").contains("if (1 &&");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "NONSENSE\r\n\r\n",
                "POST /api/event HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                "POST /api/event HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"
            })
    void whatIsNoHttpIsRefusedWithoutAnError(String text) throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), collector.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(text.getBytes(UTF_8));
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 4").contains("{\"error\":");
        }
    }

    private void restart(CollectorConfig config) throws IOException {
        restart(config, IntakeConfig.of("web-events", folder.resolve("another")));
    }

    private void restart(CollectorConfig config, IntakeConfig intake) throws IOException {
        collector.close();
        collector = Collector.start(config, topic.intake(intake));
    }

    private String refusal(int status, HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = send(request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body()).get("error").asText();
    }

    private HttpRequest.Builder post(String body) {
        return post(body, "");
    }

    private HttpRequest.Builder post(String body, String query) {
        return request("/api/event" + query)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(collector.address().resolve(path));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(request(path).GET());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
