package io.tidemark.cli.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.JobStatus;

/** Asks a cluster's REST endpoint what Flink's own client has no question for. */
public final class FlinkRest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

    private final String address;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(ANSWER_WITHIN).build();

    /**
     * A job that the cluster knows, running or ended.
     *
     * @param id 32 hexadecimal digits
     */
    public record KnownJob(String id, String name, JobStatus state, long startedAtMillis, long endedAtMillis) {}

    /** Of the endpoint at {@code host:port}. */
    public FlinkRest(String address) {
        this.address = Target.requireHostAndPort(address);
    }

    /** {@code host:port}. */
    public String address() {
        return address;
    }

    /** Whether the JobManager answers. */
    public boolean answers() {
        try {
            return get("/overview").has("taskmanagers");
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a TaskManager of that name is registered. */
    public boolean hasTaskManager(String id) {
        try {
            for (JsonNode each : get("/taskmanagers").path("taskmanagers")) {
                if (each.path("id").asText().equals(id)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /** The jobs that the cluster knows, those that ended lately among them. */
    public List<KnownJob> jobs() throws IOException {
        List<KnownJob> jobs = new ArrayList<>();
        for (JsonNode each : get("/jobs/overview").path("jobs")) {
            jobs.add(new KnownJob(
                    each.path("jid").asText(),
                    each.path("name").asText(),
                    JobStatus.valueOf(each.path("state").asText()),
                    each.path("start-time").asLong(),
                    each.path("end-time").asLong()));
        }
        return jobs;
    }

    /**
     * The answer at a path such as {@code /overview}.
     *
     * @throws IOException if nothing answers, or not with what was asked for
     */
    public JsonNode get(String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                .timeout(ANSWER_WITHIN)
                .build();
        HttpResponse<byte[]> answer;
        try {
            answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while asking Flink at " + address, e);
        } catch (IOException e) {
            // Most of them have no message, or none that says who does not answer.
            throw new IOException("Flink at %s does not answer; is it running?".formatted(address), e);
        }
        if (answer.statusCode() != 200) {
            throw new IOException(
                    "Flink at %s answers %s with status %d".formatted(address, path, answer.statusCode()));
        }
        return JSON.readTree(answer.body());
    }
}
