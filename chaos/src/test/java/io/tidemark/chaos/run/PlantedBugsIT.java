package io.tidemark.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.fault.FaultKind;
import io.tidemark.chaos.plant.Plant;
import io.tidemark.chaos.report.RunResult;
import io.tidemark.cli.jobs.Distribution;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checks are worth something only if they find what is wrong. */
final class PlantedBugsIT {
    private static final long SEED = 42;

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource({
        "DROP_ONE, postgres-latency, stored-once",
        "DUPLICATE_ONE, postgres-latency, stored-once",
        "ADD_COUNTS, postgres-latency, windows",
        "LEDGER_APART, postgres-latency, snapshots",
        "FILTER_OFF_BY_ONE, kill-task-manager, windows"
    })
    void aPlantedBugIsFoundByTheCheckThatIsThereForIt(Plant plant, String faults, String check) throws Exception {
        ChaosConfig config = new ChaosConfig(folder, Distribution.jobJar(), 1, false, plant);
        try (Lane lane = new Lane(folder.resolve("lane"), config)) {
            RunResult result = lane.run(RunPlan.of(SEED, FaultKind.parse(faults)));
            assertThat(result.findings())
                    .as("findings of %s", plant)
                    .anyMatch(finding -> finding.startsWith(check + ": "));
        }
    }
}
