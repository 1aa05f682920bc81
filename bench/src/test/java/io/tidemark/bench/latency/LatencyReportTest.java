package io.tidemark.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyReportTest {
    private static final Session.Options OPTIONS = new Session.Options(
            Duration.ofSeconds(10), Duration.ofMillis(1_500), "default", Duration.ofMillis(5), Duration.ofMillis(100));

    private static Result result(double rate, String behind, String fault) {
        Histogram events = new Histogram(3);
        for (int i = 1; i <= 1_000; i++) {
            events.recordValue(i * 1_000L);
        }
        Histogram windows = new Histogram(3);
        windows.recordValue(500_000);
        Load load = new Load(rate, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3));
        return new Result(
                load, events, windows, 1, new Histogram(3), List.of(new Lag(0, 250, 0.5)), 0.62, behind, fault);
    }

    private static LatencyReport report(List<Result> results, String fault) {
        return new LatencyReport(
                "2026-11-25",
                "a machine",
                OPTIONS,
                List.of(new RateSearch.Step(1_000, ""), new RateSearch.Step(2_000, "rows are 1.2 s behind")),
                1_000,
                results,
                List.of(new Checkpoints("aggregate", 11, 1, 10 << 10, 20 << 10, 7, 31)),
                6_000,
                fault);
    }

    @Test
    void percentilesAreToldInMilliseconds() {
        LatencyReport report = report(List.of(result(500, "", "")), "");
        assertThat(report.isValid()).isTrue();
        assertThat(report.markdown())
                .contains("windows of 10 s, a watermark\n1.5 s behind and `--aggregates default`;")
                .contains("| 500 | 50 % | 1,000 | 500 | 950 | 990 | 999 | 1,000 | 0.0 | 62 % | yes |")
                .contains("| 500 | 50 % | 1, 1 | 500 | 500 | 500 | 500 | 500 | 0.0 | 62 % | yes |")
                .contains("All 6,000 events that were sent")
                .contains("| aggregate | 11 | 1 | 10 | 20 | 7 | 31 |")
                .contains("- 500 events/s: 0.50 ")
                .contains("- 1,000 events/s: borne", "- 2,000 events/s: rows are 1.2 s behind");
    }

    @Test
    void figuresThatAreVoidAreCalledSo() {
        LatencyReport late =
                report(List.of(result(500, "", ""), result(800, "", "the generator could not keep up")), "");
        assertThat(late.isValid()).isFalse();
        assertThat(late.markdown())
                .contains("**The figures of 800 events/s are void**: the generator could not keep up.")
                .doesNotContain("figures of 500 events/s are void");
        LatencyReport lossy = report(List.of(result(500, "", "")), "2 rows instead of 3.");
        assertThat(lossy.isValid()).isFalse();
        assertThat(lossy.markdown()).contains("**All figures are void**: 2 rows instead of 3.");
    }

    @Test
    void aSystemThatDidNotKeepUpIsNamedBesideItsFigures() {
        assertThat(report(List.of(result(500, "rows are 2.0 s behind", "")), "").markdown())
                .contains("| no: rows are 2.0 s behind |");
    }

    @Test
    void histogramsAreWrittenBesideTheReport(@TempDir Path folder) throws Exception {
        report(List.of(result(500, "", "")), "").write(folder.resolve("new/latency.md"));
        assertThat(folder.resolve("new/latency.md")).content().startsWith("# Latency under load");
        assertThat(folder.resolve("new/latency-500-windows.hgrm")).exists();
        assertThat(Files.readString(folder.resolve("new/latency-500-events.hgrm")))
                .contains("Percentile", "#[Max     =     1000");
    }
}
