package io.tidemark.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bench.input.Workload;
import io.tidemark.bench.report.Entrant;
import io.tidemark.bench.report.Invocation;
import io.tidemark.bench.report.Machine;
import io.tidemark.bench.report.Setup;
import io.tidemark.bench.run.Bench.Conditions;
import io.tidemark.bench.run.Contender.Kind;
import io.tidemark.bench.run.Measurement;
import io.tidemark.bench.run.Work;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowthReportTest {
    private static final Entrant OURS = new Entrant(Work.ENRICH, "Tidemark", "", Kind.TIDEMARK, "exactly once");
    private static final List<Curve> CURVES = Curve.all(1, 1_000, 2_000);
    private static final Curve STORED = CURVES.stream()
            .filter(each -> each.id().equals("enrich-rows-stored-before"))
            .findFirst()
            .orElseThrow();
    private static final Workload CROWDED = Workload.hour(1, 100).withPairs(50);

    @TempDir
    private Path folder;

    private static Setup setup(Workload workload, Conditions conditions, int rounds) {
        return Setup.of(
                "2026-03-01T12:00:00Z",
                "abc1234",
                new Machine("Some CPU", 2, 24L << 30, "Linux 6"),
                Map.of(),
                workload,
                conditions,
                rounds);
    }

    private static Invocation.Run run(Entrant entrant, long millis, String fault) {
        return new Invocation.Run(
                entrant.work(),
                new Measurement(
                        entrant.name(), 1, 2_000_000, millis, 4_000, 200, 600, 512L << 20, 12.0, 800_000_000, fault));
    }

    private static Invocation at(int point, Invocation.Run... runs) {
        Curve.Point found = STORED.points().get(point);
        return new Invocation(setup(found.workload(), found.conditions(), 1), List.of(OURS), List.of(runs));
    }

    @Test
    void everythingThatIsToGrowHasACurveOfItsOwn() {
        assertThat(CURVES).extracting(Curve::id).doesNotHaveDuplicates().hasSize(9);
        assertThat(CURVES)
                .allSatisfy(each -> assertThat(each.points())
                        .hasSizeGreaterThan(1)
                        .extracting(Curve.Point::at)
                        .isSorted());
    }

    @Test
    void aPointIsWhatWasMeasuredThereLastUnlessItIsIncompleteOrWrong() {
        List<Invocation> invocations = List.of(
                at(0, run(OURS, 1_000, "")),
                at(0, run(OURS, 2_000, "")),
                at(1, run(OURS, 1, "a row is missing")),
                at(2));
        assertThat(GrowthReport.at(invocations, Work.ENRICH, STORED.points().get(0)))
                .contains(invocations.get(1));
        assertThat(GrowthReport.at(invocations, Work.AGGREGATE, STORED.points().get(0)))
                .isEmpty();
        assertThat(GrowthReport.at(invocations, Work.ENRICH, STORED.points().get(1)))
                .isEmpty();
        assertThat(GrowthReport.at(invocations, Work.ENRICH, STORED.points().get(2)))
                .isEmpty();
    }

    @Test
    void curvesAndHeapsStandInTheReport() throws Exception {
        Entrant heap = new Entrant(Work.BOTH, HeapTrial.name(1_024), "", Kind.TIDEMARK, "exactly once");
        Invocation trial =
                new Invocation(setup(CROWDED, HeapTrial.CONDITIONS, 1), List.of(heap), List.of(run(heap, 500, "")));
        Path file = folder.resolve("growth.md");
        new GrowthReport(CURVES, CROWDED, List.of(at(0, run(OURS, 1_000, "")), at(1, run(OURS, 2_000, "")), trial))
                .write(file);
        assertThat(Files.readString(file))
                .contains(
                        "![Rate by rows stored before](growth-enrich-rows-stored-before.svg)",
                        "| 0 | Tidemark | 2,000,000 | 2,000,000 … 2,000,000 | 2.00 | 0.10 | 0.30 | 512 MiB | 12 ms | 400 |",
                        "| 10,000,000 | Tidemark | 1,000,000 |",
                        "| tidemark run, heap of 1,024 MiB | 4,000,000 | 2.00 | 512 MiB | 12 ms | right |")
                .doesNotContain("| 50,000,000 |");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(each -> each.getFileName().toString()))
                    .contains("growth-enrich-rows-stored-before.svg");
        }
    }
}
