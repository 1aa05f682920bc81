package io.tidemark.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.chaos.report.RunResult.Injected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SummaryTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void everyFaultHasItsRunsFailuresAndTimes() {
        Summary summary = new Summary(List.of(
                run(1, List.of(injected("kill-broker", 1_000), injected("pg-reset", 200))),
                run(2, List.of(injected("kill-broker", 3_000)), "windows: off by one"),
                run(3, List.of(injected("kill-broker", 2_000), injected("kill-broker", -1)))));
        assertThat(summary.passed()).isFalse();
        assertThat(summary.markdown()).isEqualTo("""
                        | fault | runs | without effect | failures | recovery, median | recovery, max |
                        |---|--:|--:|--:|--:|--:|
                        | kill-broker | 3 | 0 | 1 | 2.0 s | 3.0 s |
                        | pg-reset | 1 | 0 | 0 | 0.2 s | 0.2 s |
                        | all runs | 3 | 0 | 1 | 2.0 s | 3.0 s |

                        1 of 3 runs failed.
                        """);
        assertThat(summary.text())
                .startsWith("fault        runs  without effect  failures")
                .contains("pg-reset        1               0         0");
    }

    @Test
    void threeHundredRunsWithoutAFailureShowThatFewerThanOneInAHundredFails() {
        Summary summary = new Summary(Collections.nCopies(300, run(1, List.of())));
        assertThat(summary.passed()).isTrue();
        assertThat(summary.markdown())
                .contains("300 runs, no failure: with 95 % confidence fewer than 0.99 % of runs fail.");
    }

    @Test
    void whatCouldNotBeginIsToldAndIsNoRun() {
        RunResult notBegun = new RunResult(
                "2026-01-01T00:00:00Z", 9, List.of(), "", 0, 0, 60_000, Map.of("prepare", 5L), List.of("run: broke"));
        Summary summary = new Summary(List.of(run(1, List.of()), notBegun));
        assertThat(summary.passed()).isTrue();
        assertThat(summary.text())
                .contains("1 runs, no failure")
                .contains("Besides, 1 could not begin:")
                .contains("- seed 9: run: broke");
        assertThat(new Summary(List.of(notBegun)).passed()).isFalse();
    }

    @Test
    void aPipelineThatHangsAtItsStartHasFailed() {
        RunResult hung = new RunResult(
                "2026-01-01T00:00:00Z",
                9,
                List.of(),
                "",
                0,
                0,
                180_000,
                Map.of("prepare", 5L),
                List.of("start: the ledger stays at {}"));
        Summary summary = new Summary(List.of(run(1, List.of()), hung));
        assertThat(hung.begun()).isTrue();
        assertThat(summary.passed()).isFalse();
        assertThat(summary.text()).contains("1 of 2 runs failed.").doesNotContain("could not begin");
    }

    @Test
    void runsOfSeveralInvocationsAreReadBackAsTheyWere() throws IOException {
        Path file = folder.resolve("new/runs.log");
        RunResult passed = run(1, List.of(injected("pg-reset", 7)));
        RunResult failed = run(2, List.of(), "windows: \"a\" is missing");
        new RunLog(file).append(passed);
        new RunLog(file).append(failed);
        assertThat(RunLog.read(file)).containsExactly(passed, failed);
        assertThat(Files.readAllLines(file)).hasSize(2);
    }

    @Test
    void aRunInWhichAFaultDidNothingIsNoRunOfThatFault() {
        Injected nothing = new Injected("kill-backend", "", 0, "the jobs have no session", true);
        Summary summary = new Summary(List.of(
                run(1, List.of(nothing, injected("pg-reset", 200))),
                run(2, List.of(nothing, injected("kill-backend", 5_000))),
                run(3, List.of(nothing)),
                run(4, List.of(nothing), "windows: off by one")));
        assertThat(summary.markdown()).isEqualTo("""
                        | fault | runs | without effect | failures | recovery, median | recovery, max |
                        |---|--:|--:|--:|--:|--:|
                        | kill-backend | 1 | 3 | 0 | 5.0 s | 5.0 s |
                        | pg-reset | 1 | 0 | 0 | 0.2 s | 0.2 s |
                        | all runs | 3 | 1 | 1 | 5.0 s | 5.0 s |

                        1 of 3 runs failed. Besides, 1 in which no fault had an effect.
                        """);
        assertThat(new Summary(List.of(run(3, List.of(nothing)))).passed()).isFalse();
    }

    @Test
    void aLineOfAnOlderLogIsReadAsOneWhoseFaultsHadAnEffect() throws IOException {
        Path file = Files.writeString(folder.resolve("runs.log"), """
                        {"at":"2026-01-01T00:00:00Z","seed":3,"faults":[{"name":"pg-reset","what":"reset","recoveryMillis":7}],\
                        "records":5,"snapshots":2,"millis":9,"phases":{"start":1}}
                        """);
        assertThat(RunLog.read(file))
                .singleElement()
                .satisfies(run -> assertThat(run.hadEffect()).isTrue())
                .extracting(RunResult::faults)
                .isEqualTo(List.of(new Injected("pg-reset", "reset", 7, "", false)));
    }

    @Test
    void aLineThatIsNoRunIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("runs.log"), "\nnonsense\n");
        assertThatThrownBy(() -> RunLog.read(file)).hasMessageContaining("Line 2 of " + file);
    }

    private static Injected injected(String name, long recoveryMillis) {
        return new Injected(name, "", recoveryMillis, "done", false);
    }

    private static RunResult run(long seed, List<Injected> faults, String... findings) {
        return new RunResult(
                "2026-01-01T00:00:00Z", seed, faults, "", 1_000, 50, 12_000, Map.of("start", 5L), List.of(findings));
    }
}
