package io.tidemark.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.fault.FaultKind;
import io.tidemark.chaos.report.RunResult;
import io.tidemark.cli.jobs.Distribution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few runs with fixed seeds; the proof itself takes hundreds of them. */
final class ChaosSubsetIT {
    private static final long SEED = 20_261_124;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void everyInvariantHoldsThroughAFewFaultsOfEachKind() throws Exception {
        List<RunResult> results = new ArrayList<>();
        ChaosConfig config = new ChaosConfig(folder, Distribution.jobJar(), 10, false, null);
        try (Lane lane = new Lane(folder.resolve("lane"), config)) {
            List<String> mixes = List.of(
                    "kill-task-manager+postgres-reset",
                    "kill-job-manager",
                    "kill-broker+commit-answer-lost",
                    "kill-postmaster",
                    "rescale",
                    "rollback+kafka-cut");
            for (int i = 0; i < mixes.size(); i++) {
                results.add(lane.run(RunPlan.of(SEED + i, FaultKind.parse(mixes.get(i)))));
            }
        }
        assertThat(results).allSatisfy(result -> assertThat(result.findings()).isEmpty());
    }
}
