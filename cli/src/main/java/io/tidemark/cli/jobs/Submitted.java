package io.tidemark.cli.jobs;

import io.tidemark.stream.StartOffsets;
import java.net.URI;
import org.apache.flink.core.execution.JobClient;

/**
 * A job that a cluster has taken.
 *
 * @param start where it starts if it is not resumed from a checkpoint
 */
public record Submitted(JobKind kind, JobClient client, StartOffsets start, URI page) {
    public String id() {
        return client.getJobID().toHexString();
    }
}
