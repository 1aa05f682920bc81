package io.tidemark.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.traffic.Expected.WindowHost;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SnapshotTest {
    private static final WindowHost HOST = new WindowHost(0, "a.test");
    private static final Snapshot WHOLE =
            new Snapshot(Map.of("t/0", 5L), Map.of("t/0", 5L), Map.of(HOST, 3L), Map.of(HOST, 3L));

    @Test
    void aWholeFlushIsFine() {
        assertThat(WHOLE.differences(Snapshot.EMPTY)).isEmpty();
        assertThat(WHOLE.differences(WHOLE)).isEmpty();
    }

    @Test
    void aLedgerAheadOfItsRowsOrBehindThemIsFound() {
        assertThat(new Snapshot(Map.of("t/0", 5L), Map.of(), Map.of(), Map.of()).differences(Snapshot.EMPTY))
                .hasSize(1);
        assertThat(new Snapshot(Map.of(), Map.of("t/0", 5L), Map.of(), Map.of()).differences(Snapshot.EMPTY))
                .hasSize(1);
    }

    @Test
    void aHostThatIsNotTheSumOfItsReferrersIsFound() {
        assertThat(new Snapshot(Map.of(), Map.of(), Map.of(HOST, 3L), Map.of(HOST, 2L)).differences(Snapshot.EMPTY))
                .hasSize(1);
        assertThat(new Snapshot(Map.of(), Map.of(), Map.of(), Map.of(HOST, 2L)).differences(Snapshot.EMPTY))
                .hasSize(1);
    }

    @Test
    void aCountThatGoesBackIsFound() {
        Snapshot less = new Snapshot(Map.of("t/0", 4L), Map.of("t/0", 4L), Map.of(HOST, 2L), Map.of(HOST, 2L));
        assertThat(less.differences(WHOLE)).hasSize(2);
    }
}
