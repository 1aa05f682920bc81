package io.tidemark.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.fault.FaultKind;
import io.tidemark.chaos.plant.Plant;
import io.tidemark.chaos.report.RunResult;
import io.tidemark.cli.jobs.Distribution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checks are worth something only if they find what is wrong. */
final class PlantedBugsIT {
    private static final long SEED = 42;
    private static final int RUNS = 3;

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource({
        "DROP_ONE, postgres-latency, '', stored-once",
        "DUPLICATE_ONE, postgres-latency, '', stored-once",
        "ADD_COUNTS, postgres-latency, '', windows",
        "LEDGER_APART, postgres-latency, '', snapshots",
        // Only if the enriching job goes back, it sends on again what the filter saw last.
        "FILTER_OFF_BY_ONE, rollback, of enrich, windows"
    })
    void aPlantedBugIsFoundByTheCheckThatIsThereForIt(Plant plant, String faults, String ofWhat, String check)
            throws Exception {
        ChaosConfig config = new ChaosConfig(folder, Distribution.jobJar(), RUNS, false, plant);
        List<String> findings = new ArrayList<>();
        List<RunResult.Injected> injected = new ArrayList<>();
        try (Lane lane = new Lane(folder.resolve("lane"), config)) {
            // Whether a run comes upon a bug is a matter of moments; of three, one must.
            for (RunPlan plan : plans(FaultKind.parse(faults), ofWhat)) {
                RunResult result = lane.run(plan);
                findings.addAll(result.findings());
                injected.addAll(result.faults());
                if (findings.stream().anyMatch(each -> each.startsWith(check + ": "))) {
                    break;
                }
            }
        }
        assertThat(findings)
                .as("findings of %s with %s", plant, injected)
                .anyMatch(finding -> finding.startsWith(check + ": "));
    }

    /** Of the first seeds whose faults are described so. */
    private static List<RunPlan> plans(List<FaultKind> kinds, String ofWhat) {
        return LongStream.iterate(SEED, seed -> seed + 1)
                .mapToObj(seed -> RunPlan.of(seed, kinds))
                .filter(plan -> plan.faults().stream()
                        .allMatch(each -> each.fault().describe().contains(ofWhat)))
                .limit(RUNS)
                .toList();
    }
}
