package io.tidemark.bench.latency;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.jobs.FlinkRest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What Flink tells of a job's checkpoints; see {@code /jobs/:jobid/checkpoints} in the manual of its REST API.
 *
 * @param job name
 * @param medianBytes of state; 0 if none was completed, as the following
 * @param largestBytes of state
 * @param medianMillis from the trigger until all had acknowledged
 * @param longestMillis from the trigger until all had acknowledged
 */
record Checkpoints(
        String job,
        long completed,
        long failed,
        long medianBytes,
        long largestBytes,
        long medianMillis,
        long longestMillis) {
    /** Those of all jobs since they began. */
    static List<Checkpoints> of(FlinkRest flink) throws IOException {
        List<Checkpoints> all = new ArrayList<>();
        for (FlinkRest.KnownJob job : flink.jobs()) {
            all.add(of(job.name(), flink.get("/jobs/" + job.id() + "/checkpoints")));
        }
        return all;
    }

    static Checkpoints of(String job, JsonNode answer) {
        JsonNode bytes = answer.path("summary").path("state_size");
        JsonNode millis = answer.path("summary").path("end_to_end_duration");
        return new Checkpoints(
                job,
                answer.path("counts").path("completed").asLong(),
                answer.path("counts").path("failed").asLong(),
                Math.round(bytes.path("p50").asDouble()),
                bytes.path("max").asLong(),
                Math.round(millis.path("p50").asDouble()),
                millis.path("max").asLong());
    }
}
