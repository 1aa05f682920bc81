package io.tidemark.collect.http;

import static io.tidemark.collect.http.RunningCollector.JSON;
import static io.tidemark.collect.http.RunningCollector.PAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.collect.http.CollectorConfig.Access;
import io.tidemark.collect.http.CollectorConfig.Limits;
import io.tidemark.collect.intake.IntakeConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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

/** What the collector does not take, and what it says of it. */
class CollectorRefusalsTest {
    private static final Duration BODY_WITHIN = Limits.USUAL.bodyWithin();
    private static final Duration PATIENCE = Limits.USUAL.patience();

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
        HttpResponse<String> answer = collector.send(collector.post(body));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).get("error").asText()).isEqualTo(reason);
        assertThat(JSON.readTree(answer.body()).get("message").asText()).isNotBlank();
        assertThat(collector.topic.values()).isEmpty();
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws Exception {
        HttpResponse<String> answer = collector.client.send(
                collector
                        .request("/api/event")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(
                                new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'}))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void otherTypesMethodsAndPathsAreRefused() throws Exception {
        assertThat(collector.refusal(
                        415,
                        collector
                                .request("/api/event")
                                .header("Content-Type", "text/html")
                                .POST(BodyPublishers.ofString("{}"))))
                .isEqualTo("unsupported_type");
        assertThat(collector.refusal(415, collector.request("/api/event").POST(BodyPublishers.ofString("{}"))))
                .isEqualTo("unsupported_type");
        assertThat(collector.refusal(405, collector.request("/api/event").GET()))
                .isEqualTo("method_not_allowed");
        assertThat(collector
                        .send(collector.request("/api/event").DELETE())
                        .headers()
                        .firstValue("Allow"))
                .hasValue("POST, OPTIONS");
        assertThat(collector.refusal(405, collector.request("/t.js").POST(BodyPublishers.noBody())))
                .isEqualTo("method_not_allowed");
        assertThat(collector.refusal(404, collector.request("/").GET())).isEqualTo("not_found");
        assertThat(collector.refusal(404, collector.request("/api/event/").GET()))
                .isEqualTo("not_found");
    }

    @Test
    void aBodyTooLargeIsRefusedWhetherItSaysItsLengthOrNot() throws Exception {
        String large = "{\"url\":\"" + "x".repeat(70_000) + "\"}";
        assertThat(collector.refusal(413, collector.post(large))).isEqualTo("too_large");
        assertThat(collector.refusal(
                        413,
                        collector
                                .request("/api/event")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofInputStream(
                                        () -> new ByteArrayInputStream(large.getBytes(UTF_8))))))
                .isEqualTo("too_large");
        String many = "[" + "{},".repeat(500) + "{}]";
        assertThat(collector.refusal(413, collector.post(many))).isEqualTo("too_many_events");
        assertThat(collector.topic.values()).isEmpty();
    }

    @Test
    void withoutASpoolTheSenderIsToldToTryAgainWithTheSameIds() throws Exception {
        collector.topic.silence();
        collector.restart(
                CollectorConfig.onLoopback(0)
                        .withLimits(new Limits(1_000, 10, 0, 0, BODY_WITHIN, Duration.ofMillis(300))),
                new IntakeConfig("web-events", 1 << 20, null, 0, Duration.ofSeconds(1), Duration.ofMinutes(1), 100));
        HttpResponse<String> answer =
                collector.send(collector.post("[{\"host\":\"a.test\",\"id\":\"mine\"},{\"host\":\"a.test\"}]"));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.get("error").asText()).isEqualTo("not_yet_known");
        assertThat(body.get("ids").get(0).asText()).isEqualTo("mine");
        assertThat(body.get("ids")).hasSize(2);
    }

    @Test
    void withSitesAKeyIsNeededAndOnlyForItsHosts() throws Exception {
        collector.restart(CollectorConfig.onLoopback(0)
                .withAccess(new Access(
                        List.of(Site.parse("shop=example.org,*.shop.test"), Site.parse("blog=blog.test")),
                        Set.of("https://editor.test"),
                        List.of())));
        assertThat(collector.refusal(401, collector.post(PAGE))).isEqualTo("unknown_key");
        assertThat(collector.refusal(401, collector.post(PAGE, "?k=nobody"))).isEqualTo("unknown_key");
        assertThat(collector.refusal(403, collector.post(PAGE, "?k=blog"))).isEqualTo("host_not_of_site");
        assertThat(collector.refusal(403, collector.post("{\"host\":7}", "?k=blog")))
                .isEqualTo("host_not_of_site");
        assertThat(collector.send(collector.post(PAGE, "?k=shop")).statusCode()).isEqualTo(200);
        assertThat(collector
                        .send(collector.post(PAGE).header("X-Tidemark-Key", "shop"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(collector
                        .send(collector.post("{\"host\":\"DE.Shop.test\"}", "?k=shop"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(collector.refusal(403, collector.post("{\"host\":\"shop.test\"}", "?k=shop")))
                .isEqualTo("host_not_of_site");

        HttpResponse<String> allowed =
                collector.send(collector.post(PAGE, "?k=shop").header("Origin", "https://www.shop.test"));
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin")).hasValue("https://www.shop.test");
        assertThat(allowed.headers().firstValue("Vary")).hasValue("Origin");
        assertThat(collector
                        .send(collector.post(PAGE, "?k=shop").header("Origin", "https://editor.test"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(collector.refusal(403, collector.post(PAGE, "?k=shop").header("Origin", "https://evil.test")))
                .isEqualTo("origin_not_allowed");
    }

    @Test
    void aBrowserIsToldBeforehandWhatItMaySend() throws Exception {
        HttpResponse<String> answer = collector.send(collector
                .request("/api/event")
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
        collector.restart(
                CollectorConfig.onLoopback(0).withLimits(new Limits(10_000, 100, 2, 0, BODY_WITHIN, PATIENCE)));
        assertThat(collector
                        .send(collector.post("[" + "{},".repeat(18) + "{}]"))
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> answer = collector.send(collector.post("[{},{},{}]"));
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers()
                        .firstValue("Retry-After")
                        .map(Integer::parseInt)
                        .orElse(0))
                .isBetween(1, 2);
        assertThat(collector.topic.values()).hasSize(19);
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
        assertThat(collector.raw(text)).startsWith("HTTP/1.1 4").contains("{\"error\":");
    }

    @Test
    void aBodyThatDoesNotComeInTimeIsRefused() throws Exception {
        collector.restart(CollectorConfig.onLoopback(0)
                .withLimits(new Limits(1_000, 10, 0, 0, Duration.ofMillis(300), PATIENCE)));
        String answer = collector.raw(
                "POST /api/event HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"host\"",
                false);
        assertThat(answer).startsWith("HTTP/1.1 408 ").contains("\"error\":\"too_slow\"");
        assertThat(collector.topic.values()).isEmpty();
    }
}
