package io.tidemark.collect.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.collect.intake.IntakeConfig;
import io.tidemark.collect.intake.TestTopic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

/** A real server on loopback, and a real client that asks it; Kafka is a fake. */
final class RunningCollector implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    static final String PAGE = "{\"url\":\"https://example.org/pricing?a=1\",\"referrer\":\"https://a.example/\"}";

    final HttpClient client = HttpClient.newHttpClient();
    final TestTopic topic = new TestTopic();
    private final Path folder;
    private Collector collector;

    /** Starts one that takes events of anybody. */
    RunningCollector(Path folder) throws IOException {
        this.folder = folder;
        collector = Collector.start(CollectorConfig.onLoopback(0), topic.intake(folder.resolve("spool")));
    }

    URI address() {
        return collector.address();
    }

    void restart(CollectorConfig config) throws IOException {
        restart(config, IntakeConfig.of("web-events", folder.resolve("another")));
    }

    void restart(CollectorConfig config, IntakeConfig intake) throws IOException {
        collector.close();
        collector = Collector.start(config, topic.intake(intake));
    }

    /** The reason that the answer with that status gives. */
    String refusal(int status, HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = send(request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body()).get("error").asText();
    }

    HttpRequest.Builder post(String body) {
        return post(body, "");
    }

    HttpRequest.Builder post(String body, String query) {
        return request("/api/event" + query)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(collector.address().resolve(path));
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(request(path).GET());
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** What is answered to a text that need not be HTTP. */
    String raw(String text) throws IOException {
        return raw(text, true);
    }

    /**
     * The same.
     *
     * @param ended whether the sender says that nothing more comes
     */
    String raw(String text, boolean ended) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), collector.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(text.getBytes(UTF_8));
            if (ended) {
                socket.shutdownOutput();
            }
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Override
    public void close() throws IOException {
        collector.close();
    }
}
