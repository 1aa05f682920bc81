package io.tidemark.cli.jobs;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.stream.WaitingGauge;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * How a job does.
 *
 * @param stateSinceMillis since when it is in its state
 * @param counts by the names of {@link io.tidemark.stream.Tallies}, of the current attempt
 * @param checkpoint the newest complete one, null if there is none
 * @param restarts how often it began again after a failure
 * @param failure the newest, null if there was none
 * @param waiting for Postgres, null if it does not
 */
public record JobReport(
        FlinkRest.KnownJob job,
        long stateSinceMillis,
        int parallelism,
        Map<String, Long> counts,
        @Nullable Checkpoint checkpoint,
        long restarts,
        @Nullable Failure failure,
        @Nullable Waiting waiting) {
    private static final int LONGEST_MESSAGE = 200;

    public JobReport {
        requireNonNull(job, "job is null");
        counts = new TreeMap<>(counts);
    }

    /** A complete checkpoint, or savepoint. */
    public record Checkpoint(long number, long completedAtMillis, long tookMillis, long bytes, boolean savepoint) {}

    /** What made the job begin again, or fail, in one line. */
    public record Failure(long atMillis, String message) {}

    /** What the job cannot go on without. */
    public record Waiting(long seconds, String cause) {}

    /** Asks the cluster. */
    public static JobReport of(FlinkRest flink, FlinkRest.KnownJob job) throws IOException {
        String path = "/jobs/" + job.id();
        JsonNode details = flink.get(path);
        JsonNode vertices = details.path("vertices");
        int parallelism = StreamSupport.stream(vertices.spliterator(), false)
                .mapToInt(vertex -> vertex.path("parallelism").asInt())
                .max()
                .orElse(0);
        return new JobReport(
                job,
                details.path("timestamps").path(job.state().name()).asLong(job.startedAtMillis()),
                parallelism,
                counts(flink.get(path + "/accumulators")),
                checkpoint(flink.get(path + "/checkpoints").path("latest")),
                restarts(flink.get(path + "/metrics?get=numRestarts")),
                failure(flink.get(path + "/exceptions")),
                waiting(flink, path, vertices));
    }

    private static Map<String, Long> counts(JsonNode accumulators) {
        Map<String, Long> counts = new TreeMap<>();
        for (JsonNode each : accumulators.path("user-task-accumulators")) {
            String value = each.path("value").asText();
            if (value.matches("-?\\d+")) {
                counts.put(each.path("name").asText(), Long.parseLong(value));
            }
        }
        return counts;
    }

    private static @Nullable Checkpoint checkpoint(JsonNode latest) {
        Checkpoint newest = null;
        for (String kind : List.of("completed", "savepoint")) {
            JsonNode found = latest.path(kind);
            if (found.path("status").asText().equals("COMPLETED")) {
                Checkpoint each = new Checkpoint(
                        found.path("id").asLong(),
                        found.path("latest_ack_timestamp").asLong(),
                        found.path("end_to_end_duration").asLong(),
                        found.path("state_size").asLong(),
                        found.path("is_savepoint").asBoolean());
                newest = newest == null || each.number() > newest.number() ? each : newest;
            }
        }
        return newest;
    }

    private static long restarts(JsonNode metrics) {
        return metrics.path(0).path("value").asLong();
    }

    private static @Nullable Failure failure(JsonNode exceptions) {
        JsonNode newest = exceptions.path("exceptionHistory").path("entries").path(0);
        return newest.isMissingNode()
                ? null
                : new Failure(
                        newest.path("timestamp").asLong(),
                        rootMessage(newest.path("stacktrace").asText()));
    }

    /** Of a printed stack trace. */
    static String rootMessage(String stackTrace) {
        String cause = "Caused by: ";
        String line = stackTrace
                .lines()
                .filter(each -> each.startsWith(cause))
                .reduce((first, second) -> second)
                .map(each -> each.substring(cause.length()))
                .or(() -> stackTrace.lines().findFirst())
                .orElse("");
        String message = line.replaceFirst("^(?:[a-z0-9_]+\\.)+([A-Z][\\w$]*)", "$1");
        return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…";
    }

    /** The longest wait of any subtask. */
    private static @Nullable Waiting waiting(FlinkRest flink, String path, JsonNode vertices) throws IOException {
        Waiting longest = null;
        for (JsonNode vertex : vertices) {
            String metrics = path + "/vertices/" + vertex.path("id").asText() + "/metrics";
            for (JsonNode each : flink.get(metrics)) {
                String id = each.path("id").asText();
                if (id.endsWith("." + WaitingGauge.SECONDS)) {
                    long seconds =
                            value(flink, metrics, id).map(Long::parseLong).orElse(0L);
                    if (seconds > 0 && (longest == null || seconds > longest.seconds())) {
                        String cause = id.replace(WaitingGauge.SECONDS, WaitingGauge.CAUSE);
                        longest = new Waiting(
                                seconds, value(flink, metrics, cause).orElse(""));
                    }
                }
            }
        }
        return longest;
    }

    private static Optional<String> value(FlinkRest flink, String metrics, String id) throws IOException {
        String query = metrics + "?get=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
        return Optional.of(flink.get(query).path(0).path("value").asText()).filter(value -> !value.isEmpty());
    }
}
