package io.tidemark.cli.embedded;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job that was submitted to the embedded Flink, as needed to submit it again.
 *
 * @param name of the job, such as {@code enrich}; one job a name
 * @param jobId Flink's id of its newest run, 32 hexadecimal digits
 * @param options the words after {@code tidemark job} that make up the job
 * @param restoredFrom checkpoint that the run started from; null if it started anew
 */
public record RegisteredJob(
        String name,
        String jobId,
        List<String> options,
        @Nullable String restoredFrom) {
    public RegisteredJob {
        requireNonNull(name, "name is null");
        requireNonNull(jobId, "jobId is null");
        options = List.copyOf(options);
        if (!name.matches("[a-z][a-z0-9-]*")) {
            throw new IllegalArgumentException("A job's name is of a-z, 0-9 and -; was \"" + name + "\"");
        }
    }
}
