package io.tidemark.stream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.WindowCounts;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.aggregate.CountWindowsFixture.HostKey;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Windows of a job that goes on from its state, as it was or with other options. */
class ResumedWindowsTest {
    private static final long NOON = 1_772_366_400_000L;
    private static final long SIZE = CountWindowsFixture.SIZE.toMillis();
    private static final long LATENESS = CountWindowsFixture.LATENESS.toMillis();
    private static final long CLOSED = NOON + SIZE - 1;
    private static final long GONE = CLOSED + LATENESS;

    private CountWindowsFixture windows = fixture(TimeCharacteristic.EVENT);

    private static CountWindowsFixture fixture(TimeCharacteristic time) {
        try {
            return new CountWindowsFixture(time);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void startTheClock() throws Exception {
        windows.now(1_000);
    }

    @AfterEach
    void close() throws Exception {
        windows.close();
    }

    @Test
    void windowThatIsGoneIsNotTakenForAFreshOneAfterARestart() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(GONE);
        windows.restore(windows.save(), 1);
        windows.hits(NOON, "a", "", 1);
        assertThat(windows.late).hasSize(1);
        windows.watermark(Long.MAX_VALUE);
        assertThat(windows.written).containsExactly(Map.entry(new HostKey(NOON, "a", ""), 2L));
    }

    @Test
    void windowThatIsGoneStaysGoneWhenMoreLatenessIsAllowedFromNowOn() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.hits(NOON + SIZE, "a", "", 2);
        windows.watermark(GONE);
        windows.restore(windows.save(), CountWindowsFixture.LATENESS.multipliedBy(4));
        windows.hits(NOON, "a", "", 1);
        windows.hits(NOON + SIZE, "a", "", 1);
        assertThat(windows.late).containsExactly(new LateHits(NOON, SIZE));
        windows.watermark(Long.MAX_VALUE);
        assertThat(windows.written)
                .containsExactly(
                        Map.entry(new HostKey(NOON, "a", ""), 2L), Map.entry(new HostKey(NOON + SIZE, "a", ""), 3L));
    }

    @Test
    void stateOfAWindowEndsWhateverTheLatenessWasBefore() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED);
        windows.restore(windows.save(), CountWindowsFixture.LATENESS.multipliedBy(4));
        windows.watermark(GONE);
        windows.hits(NOON, "a", "", 1);
        assertThat(windows.late).isEmpty();
        windows.watermark(CLOSED + 4 * LATENESS);
        assertThat(windows.written).containsExactly(Map.entry(new HostKey(NOON, "a", ""), 3L));
        assertThat(windows.stateEntries()).isZero();

        windows.hits(NOON + 10 * LATENESS, "a", "", 1);
        windows.restore(windows.save(), CountWindowsFixture.LATENESS);
        windows.watermark(NOON + 100 * LATENESS);
        assertThat(windows.stateEntries()).isZero();
        assertThat(windows.timers()).isZero();
    }

    @Test
    void lateHitRevisesItsWindowAfterARestart() throws Exception {
        windows.hits(NOON, "a", "", 2);
        windows.watermark(CLOSED);
        windows.restore(windows.save(), 1);
        windows.hits(NOON, "a", "", 1);
        windows.now(2_000);
        assertThat(windows.writes).last().isEqualTo(new WindowCounts(NOON, "a", Map.of("", 3L)));
    }
}
