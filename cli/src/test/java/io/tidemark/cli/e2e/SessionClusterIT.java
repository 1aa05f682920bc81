package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.cluster.FlinkProcesses;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackConfig;
import io.tidemark.store.SqlQuery;
import io.tidemark.testkit.TestData;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same jobs on a Flink cluster that has nothing of Tidemark on its classpath. */
class SessionClusterIT {
    private static final long LINES = 9_999;
    private static final String TOTALS = """
            select (select count(*) from processed_events) as stored,
                (select sum(num_hits) from processed_events_aggregated) as by_host,
                (select sum(num_hits) from processed_events_aggregated_source) as by_referrer""";

    @Test
    void theJobsRunUnchangedOnASessionCluster(@TempDir Path folder) throws Exception {
        Path log = TestData.require("logs/semicomplete.log.gz");
        String data = folder.resolve("data").toString();
        try (FlinkProcesses flink = FlinkProcesses.start(folder.resolve("flink"));
                Stack stack = Stack.start(StackConfig.at(folder.resolve("data")))) {
            assertThat(InProcess.tidemark("import", "--data", data, log.toString())
                            .exitCode())
                    .isZero();
            String[] on = {"--data", data, "--flink", flink.rest(), "--bounded", "--from", "earliest"};
            InProcess enrich = InProcess.tidemark(words("enrich", on));
            assertThat(enrich.exitCode()).as(enrich.err()).isZero();
            assertThat(enrich.out()).contains("http://" + flink.rest() + "/#/job/running/");
            InProcess aggregate = InProcess.tidemark(words("aggregate", on));
            assertThat(aggregate.exitCode()).as(aggregate.err()).isZero();
            ByteArrayOutputStream csv = new ByteArrayOutputStream();
            new SqlQuery(stack.addresses().store(), TOTALS).csv(csv);
            assertThat(csv.toString(StandardCharsets.UTF_8).lines())
                    .containsExactly("stored,by_host,by_referrer", "%1$d,%1$d,%1$d".formatted(LINES));
            assertThat(stack.addresses().flink()).isNotEqualTo(flink.rest());
        }
    }

    @Test
    void aClusterThatDoesNotAnswerIsNamed(@TempDir Path folder) {
        String data = folder.resolve("data").toString();
        try (Stack stack = Stack.start(StackConfig.at(folder.resolve("data")))) {
            InProcess job = InProcess.tidemark("job", "enrich", "--data", data, "--flink", "127.0.0.1:1");
            assertThat(job.exitCode()).isEqualTo(1);
            assertThat(job.err()).contains("Flink at 127.0.0.1:1 does not answer");
            assertThat(stack.addresses().flink()).isNotEmpty();
        }
    }

    private static String[] words(String job, String[] options) {
        String[] words = new String[options.length + 2];
        words[0] = "job";
        words[1] = job;
        System.arraycopy(options, 0, words, 2, options.length);
        return words;
    }
}
