package io.tidemark.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bench.run.Contender.Kind;
import io.tidemark.bench.run.Measurement;
import io.tidemark.bench.run.Work;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static final List<Entrant> ENTRANTS = List.of(
            new Entrant(Work.ENRICH, "ours", "", Kind.TIDEMARK, "exactly once"),
            new Entrant(Work.ENRICH, "theirs", "", Kind.PEER, "at least once"));

    private static Measurement run(String contender, int round, long millis, String fault) {
        return new Measurement(
                contender, round, 1_000_000, millis, 2_000, 100, 300, 512L << 20, 42.4, 8_000_000, fault);
    }

    @Test
    void mediansOfRightRunsAreComparedWithTidemarks() {
        Summary summary = new Summary(
                ENTRANTS,
                List.of(
                        run("ours", 0, 1, ""),
                        run("theirs", 0, 1, ""),
                        run("ours", 1, 1_000, ""),
                        run("theirs", 1, 4_000, ""),
                        run("ours", 2, 3_000, ""),
                        run("theirs", 2, 8_000, ""),
                        run("ours", 3, 2_000, ""),
                        run("theirs", 3, 4_000, "")));
        assertThat(summary.allRight()).isTrue();
        assertThat(summary.ratioTo("theirs")).contains(2.0);
        assertThat(summary.ratioTo("nobody")).isEmpty();
        assertThat(summary.markdown())
                .contains(
                        "| ours | 3 | 500,000 | 333,333 … 1,000,000 | 1.00 | – | 2.00 | 0.10 | 0.30 | 512 MiB | 42 ms | 8 |")
                .contains("| theirs | 3 | 250,000 | 125,000 … 250,000 | 2.00 | – |");
    }

    @Test
    void aWrongRunWhileWarmingUpIsAFaultToo() {
        Summary summary = new Summary(ENTRANTS, List.of(run("ours", 0, 1_000, "a row is missing")));
        assertThat(summary.allRight()).isFalse();
        assertThat(summary.markdown()).contains("| ours | 0 | wrong results |");
    }
}
