package io.tidemark.cli.jobs;

import io.tidemark.stream.aggregate.AggregateJob;
import io.tidemark.stream.enrich.EnrichJob;
import io.tidemark.stream.session.SessionJob;
import java.util.Locale;

/** The jobs there are. */
public enum JobKind {
    ENRICH(EnrichJob.NAME),
    AGGREGATE(AggregateJob.NAME),
    SESSION(SessionJob.NAME);

    private final String jobName;

    JobKind(String jobName) {
        this.jobName = jobName;
    }

    /** The name that Flink shows. */
    public String jobName() {
        return jobName;
    }

    /** As given on a command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
