package io.tidemark.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JobReportTest {
    @Test
    void aFailureIsToldByItsInnermostCause() {
        assertThat(JobReport.rootMessage("""
                        java.lang.Exception: Could not perform checkpoint 3
                        \tat org.apache.flink.Some.method(Some.java:1)
                        Caused by: io.tidemark.store.StoreException: Cannot store
                        \t... 3 more
                        Caused by: java.net.ConnectException: Connection refused
                        \t... 9 more
                        """)).isEqualTo("ConnectException: Connection refused");
    }

    @Test
    void aFailureWithoutCauseIsItsOwnAndALongOneIsCut() {
        assertThat(JobReport.rootMessage("org.apache.flink.util.FlinkException: Gone\n\tat x"))
                .isEqualTo("FlinkException: Gone");
        assertThat(JobReport.rootMessage("x".repeat(1_000))).hasSize(201).endsWith("…");
        assertThat(JobReport.rootMessage("")).isEmpty();
    }
}
