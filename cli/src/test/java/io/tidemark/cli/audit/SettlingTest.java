package io.tidemark.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.audit.Difference.Kind;
import io.tidemark.collect.Ticker;
import io.tidemark.store.AuditGroups;
import io.tidemark.store.AuditSessions;
import io.tidemark.store.AuditWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SettlingTest {
    private static final Duration SETTLE = Duration.ofSeconds(5);
    private static final Difference ONE = new Difference(Kind.STORED_COUNT, "partition 0", "one");
    private static final Difference OTHER = new Difference(Kind.STORED_COUNT, "partition 1", "other");
    private static final Difference WINDOW = new Difference(Kind.HOST_COUNT, "window", "differs");

    private static final AuditSessions SESSIONS = new AuditSessions(Optional.empty(), 0, 0, 0, 0, List.of(), 0);

    private final List<Set<Difference>> script = new ArrayList<>();
    private long nanos = 1_000;

    @Test
    void nothingThatDiffersIsSeenAtTheFirstLook() throws Exception {
        script.add(Set.of());
        AuditReport report = run(SETTLE);
        assertThat(report.isClean()).isTrue();
        assertThat(report.looks()).isEqualTo(1);
    }

    @Test
    void whatIsOnItsWayIsWaitedForAndNoLonger() throws Exception {
        script.addAll(List.of(Set.of(ONE), Set.of(ONE), Set.of()));
        AuditReport report = run(SETTLE);
        assertThat(report.isClean()).isTrue();
        assertThat(report.looks()).isEqualTo(3);
    }

    @Test
    void differenceThatStaysCountsOnceItHasStayedLongEnough() throws Exception {
        script.add(Set.of(ONE));
        AuditReport report = run(SETTLE);
        assertThat(report.differences()).containsExactly(ONE);
        assertThat(report.looks()).isEqualTo(6);
        assertThat(report.unsettled()).isZero();
    }

    @Test
    void differenceThatComesLaterGetsItsTimeToo() throws Exception {
        script.addAll(List.of(Set.of(ONE), Set.of(ONE), Set.of(ONE), Set.of(ONE, OTHER)));
        AuditReport report = run(SETTLE);
        assertThat(report.differences()).containsExactlyInAnyOrder(ONE, OTHER);
        assertThat(report.looks()).isEqualTo(9);
    }

    @Test
    void differencesThatComeAndGoAreEventsOnTheirWay() throws Exception {
        for (int i = 0; i < 20; i++) {
            script.add(i % 2 == 0 ? Set.of(ONE) : Set.of(OTHER));
        }
        AuditReport report = run(SETTLE);
        // Each may hide a difference that is always there: nobody can say that all is well.
        assertThat(report.isClean()).isFalse();
        assertThat(report.differences()).isEmpty();
        assertThat(report.unsettled()).isEqualTo(1);
        assertThat(report.looks()).isEqualTo(11);
    }

    @Test
    void differenceThatComesBackBeginsAnew() throws Exception {
        script.addAll(List.of(Set.of(ONE), Set.of(ONE), Set.of(ONE), Set.of(OTHER), Set.of(ONE), Set.of()));
        assertThat(run(SETTLE).isClean()).isTrue();
    }

    @Test
    void withoutAWaitTheFirstLookCounts() throws Exception {
        script.addAll(List.of(Set.of(ONE), Set.of()));
        AuditReport report = run(Duration.ZERO);
        assertThat(report.differences()).containsExactly(ONE);
        assertThat(report.looks()).isEqualTo(1);
    }

    @Test
    void windowsThatAreNotNamedAreCounted() throws Exception {
        script.add(Set.of(WINDOW));
        assertThat(run(Duration.ZERO).more()).isEqualTo(41);
        script.set(0, Set.of(ONE));
        assertThat(run(Duration.ZERO).more()).isZero();
    }

    private AuditReport run(Duration settle) throws InterruptedException {
        int[] looks = {0};
        Ticker ticker = new Ticker() {
            @Override
            public long nanos() {
                return nanos;
            }

            @Override
            public void await(Duration duration) {
                nanos += duration.toNanos();
            }
        };
        AuditWindows windows = new AuditWindows(
                OptionalLong.of(1),
                true,
                0,
                0,
                0,
                0,
                0,
                List.of(new AuditWindows.Difference(0, "h", null, 1L, 2L, 3L)),
                42,
                new AuditGroups(0, List.of(), 0));
        return new Settling(
                        () -> new Look(
                                List.of(),
                                windows,
                                SESSIONS,
                                null,
                                new LinkedHashSet<>(script.get(Math.min(looks[0]++, script.size() - 1))),
                                List.of()),
                        ticker)
                .run(settle);
    }
}
