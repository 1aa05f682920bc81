package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.store.Retention;
import io.tidemark.store.RetentionStep;
import io.tidemark.store.RetentionStep.Kind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionViewTest {
    private static final long DAY = Instant.parse("2026-08-20T00:00:00Z").toEpochMilli();
    private static final long NEXT = Instant.parse("2026-08-21T00:00:00Z").toEpochMilli();
    private static final long LATER = Instant.parse("2026-09-01T00:00:00Z").toEpochMilli();

    private final StringWriter out = new StringWriter();
    private final RetentionView view = new RetentionView(new PrintWriter(out));

    @Test
    void planTellsWhatWouldGoWhatStaysAndWhatIsRejected() {
        view.plan(new Retention.Plan(
                LATER,
                Long.MIN_VALUE,
                List.of(
                        new RetentionStep(Kind.PARTITION, "a_day", DAY, NEXT, 1_234, 5_000_000, null),
                        new RetentionStep(Kind.PARTITION, "a_month", NEXT, LATER, 1, 512, "of a reason"),
                        new RetentionStep(Kind.EVENTS, "former", Long.MIN_VALUE, LATER, 7, -1, null),
                        new RetentionStep(
                                Kind.WINDOWS, "some_windows", Long.MIN_VALUE, LATER - 7_200_000, 2, -1, null))));
        assertThat(out.toString().lines())
                .containsExactly(
                        "a_day of 2026-08-20, 1,234 rows, 4.8 MB: would go",
                        "a_month of 2026-08-21 to 2026-08-31, 1 row, 512 B: kept: of a reason",
                        "former up to 2026-08-31, 7 rows: would go",
                        "some_windows up to 2026-08-31T21:59:59.999Z, 2 rows: would go",
                        "Events from before 2026-09-01T00:00:00.000Z that still come would be rejected as expired.",
                        "Nothing was changed.");
    }

    @Test
    void nothingOldIsSaidSo() {
        view.plan(new Retention.Plan(Long.MIN_VALUE, Long.MIN_VALUE, List.of()));
        assertThat(out.toString().lines()).containsExactly("Nothing is old enough to go.", "Nothing was changed.");
    }

    @Test
    void whatIsDoneIsToldAsItIsDone() {
        view.done(new RetentionStep(Kind.PARTITION, "a_day", DAY, NEXT, 0, 0, null));
        assertThat(out.toString()).isEqualToIgnoringNewLines("a_day of 2026-08-20, 0 rows, 0 B: is gone");
        view.done(new RetentionStep(Kind.PARTITION, "b", DAY, NEXT, 1, 0, "of a reason"));
        view.end();
        assertThat(out.toString().lines()).last().isEqualTo("1 gone, 1 kept");
    }
}
