package io.tidemark.stream.session;

import static io.tidemark.stream.session.SessionsFixture.GAP;
import static io.tidemark.stream.session.SessionsFixture.MINUTE;
import static io.tidemark.stream.session.SessionsFixture.NOON;
import static io.tidemark.stream.session.SessionsFixture.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.PageView;
import io.tidemark.model.SessionSpan;
import io.tidemark.model.SessionsBy;
import io.tidemark.store.SessionSettings;
import java.time.Duration;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MakeSessionsTest {
    private static final Duration LATENESS = Duration.ofMinutes(30);
    private static final double A_MILLISECOND = 1 / (double) MINUTE;

    private SessionsFixture made = fixture(Long.MIN_VALUE);

    private static SessionsFixture fixture(long seenFrom) {
        try {
            return new SessionsFixture(LATENESS, seenFrom);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void startTheClock() throws Exception {
        made.now(1_000);
    }

    @AfterEach
    void close() throws Exception {
        made.close();
    }

    private void revise() throws Exception {
        made.now(made.processingTime() + 1_000);
    }

    @Test
    void sessionIsWrittenOnceNothingInTimeCanJoinIt() throws Exception {
        made.view("v", 0);
        made.view("v", 3);
        made.watermarkAtMinute(8 - A_MILLISECOND);
        assertThat(made.written()).isEmpty();
        made.watermarkAtMinute(8);
        assertThat(made.written()).containsExactly("v 0-3: 2");
        assertThat(made.marked()).isEmpty();
    }

    @Test
    void aPauseAsLongAsTheGapIsWithinASessionAndALongerOneEndsIt() throws Exception {
        made.view("v", 0);
        made.view("v", 5);
        made.view("v", 10 + A_MILLISECOND);
        made.watermarkAtMinute(30);
        assertThat(made.written()).containsExactly("v 0-5: 2", "v 10.000016666666667-10.000016666666667: 1");
    }

    @Test
    void visitorsAreApart() throws Exception {
        made.view("v", 0);
        made.view("w", 1);
        made.view("v", 2);
        made.watermarkAtMinute(30);
        assertThat(made.written()).containsExactlyInAnyOrder("v 0-2: 2", "w 1-1: 1");
    }

    @Test
    void viewThatConnectsTwoSessionsMakesThemOne() throws Exception {
        made.view("v", 8);
        made.view("v", 0);
        made.view("v", 20);
        made.view("v", 4);
        made.watermarkAtMinute(30);
        assertThat(made.written()).containsExactly("v 0-8: 3", "v 20-20: 1");
    }

    @Test
    void firstAndLastOfOneMomentAreAsTheyStandInTheRawTopic() throws Exception {
        for (int offset : new int[] {5, 3, 9, 7}) {
            made.read(SessionsFixture.event("a.example", "v", NOON, "/" + offset), SessionsFixture.at(offset, offset));
        }
        made.watermarkAtMinute(30);
        SessionSpan span = made.sessions.get(0).span();
        assertThat(span.first().page()).isEqualTo("/3");
        assertThat(span.last().page()).isEqualTo("/9");
        assertThat(span.first()).isEqualTo(new PageView(NOON, SessionsFixture.at(3, 3), "/3", "direct", "192.0.2.0"));
    }

    @Test
    void lateViewRevisesASessionAfterAMoment() throws Exception {
        made.view("v", 0);
        made.view("v", 10);
        made.watermarkAtMinute(20);
        assertThat(made.written()).containsExactly("v 0-0: 1", "v 10-10: 1");
        made.view("v", 5);
        made.view("v", 6);
        assertThat(made.written()).isEmpty();
        revise();
        assertThat(made.written()).containsExactly("v 0-10: 4");
        revise();
        assertThat(made.written()).isEmpty();
    }

    @Test
    void sessionThatALateViewOpensAgainIsWrittenWhenItCloses() throws Exception {
        made.view("v", 0);
        made.watermarkAtMinute(5);
        assertThat(made.written()).containsExactly("v 0-0: 1");
        made.view("v", 4);
        revise();
        assertThat(made.written()).isEmpty();
        made.watermarkAtMinute(9);
        assertThat(made.written()).containsExactly("v 0-4: 2");
    }

    @Test
    void revisionsAreWrittenBeforeACheckpoint() throws Exception {
        made.view("v", 0);
        made.watermarkAtMinute(20);
        made.view("v", 1);
        made.sessions.clear();
        made.restore(made.save(), 2);
        assertThat(made.written()).containsExactly("v 0-1: 2");
        revise();
        assertThat(made.written()).isEmpty();
    }

    @Test
    void stateEndsWithTheLateness() throws Exception {
        made.view("v", 0);
        made.view("w", 2);
        made.watermarkAtMinute(35);
        assertThat(made.stateEntries()).isEqualTo(1);
        made.watermarkAtMinute(37);
        assertThat(made.stateEntries()).isZero();
        assertThat(made.timers()).isZero();
    }

    @Test
    void viewThatMayJoinWhatWasDroppedIsMarkedRatherThanWritten() throws Exception {
        made.view("v", 0);
        made.watermarkAtMinute(35);
        assertThat(made.written()).containsExactly("v 0-0: 1");
        made.view("v", 5);
        revise();
        assertThat(made.written()).isEmpty();
        assertThat(made.marked()).containsExactly("v 5-5");
    }

    @Test
    void viewFurtherThanTheGapBehindWhatWasDroppedIsNone() throws Exception {
        made.view("v", 0);
        made.watermarkAtMinute(35);
        made.view("v", 5 + A_MILLISECOND);
        revise();
        assertThat(made.written()).hasSize(2);
        assertThat(made.marked()).isEmpty();
    }

    @Test
    void whatAPartialSessionTakesInIsPartialUntilItIsGone() throws Exception {
        made.view("v", 8);
        made.watermarkAtMinute(40 - A_MILLISECOND);
        assertThat(made.written()).containsExactly("v 8-8: 1");
        made.view("v", 4);
        revise();
        assertThat(made.marked()).containsExactly("v 4-8");
        made.view("v", 9);
        made.view("v", 20);
        revise();
        assertThat(made.marked()).containsExactly("v 4-9");
        assertThat(made.written()).containsExactly("v 20-20: 1");
    }

    @Test
    void viewWithinASessionThatIsKeptIsNeverTooLate() throws Exception {
        made.view("v", 0);
        for (int minute = 3; minute <= 60; minute += 3) {
            made.view("v", minute);
        }
        made.watermarkAtMinute(66);
        made.view("v", 1);
        revise();
        assertThat(made.written()).containsExactly("v 0-60: 21", "v 0-60: 22");
        assertThat(made.marked()).isEmpty();
    }

    @Test
    void partialSessionOfLongAgoIsNoHoldForWhatComesBetween() throws Exception {
        made.view("v", 0);
        made.watermarkAtMinute(40);
        made.view("v", -10);
        made.view("v", -4);
        revise();
        assertThat(made.marked()).containsExactly("v -10--10", "v -4--4");
    }

    @Test
    void sessionsThatMayHaveBegunBeforeTheStartAreMarked() throws Exception {
        made.close();
        made = fixture(NOON);
        made.view("v", -3);
        made.view("v", 1);
        made.view("v", 20);
        made.view("w", 5 - A_MILLISECOND);
        made.view("x", 5);
        made.watermarkAtMinute(30);
        assertThat(made.marked()).containsExactlyInAnyOrder("v -3-1", "w 4.999983333333334-4.999983333333334");
        assertThat(made.written()).containsExactlyInAnyOrder("v 20-20: 1", "x 5-5: 1");
    }

    @Test
    void whereTheStartWasIsAPartOfTheState() throws Exception {
        made.close();
        made = fixture(NOON);
        made.restore(made.save(), 1);
        made.view("v", 1);
        made.watermarkAtMinute(30);
        assertThat(made.marked()).containsExactly("v 1-1");
    }

    @Test
    void whatIsGoneStaysGoneWhenMoreLatenessIsAllowedFromNowOn() throws Exception {
        made.view("v", 0);
        made.watermarkAtMinute(35);
        made.restore(made.save(), Duration.ofHours(9), SETTINGS);
        made.sessions.clear();
        made.view("v", 5);
        revise();
        assertThat(made.marked()).containsExactly("v 5-5");
        assertThat(made.written()).isEmpty();
    }

    @Test
    void stateIsNotGoneOnFromWithAnotherGap() throws Exception {
        made.view("v", 0);
        SessionsFixture.Saved saved = made.save();
        assertThatThrownBy(() ->
                        made.restore(saved, LATENESS, SessionSettings.of(Duration.ofMinutes(30), SessionsBy.VISITOR)))
                .hasMessageContaining("holds sessions by visitor with a gap of 5m, and it cannot go on with sessions by"
                        + " visitor with a gap of 30m: start it anew with --fresh");
    }

    @Test
    void atTheEndEverythingIsWritten() throws Exception {
        made.view("v", 0);
        made.view("v", 100_000);
        made.view("v", 50_000);
        made.watermark(Long.MAX_VALUE);
        assertThat(made.written()).containsExactly("v 0-0: 1", "v 50000-50000: 1", "v 100000-100000: 1");
        assertThat(made.stateEntries()).isZero();
    }

    @Test
    void theLastSessionClosesWhenAllIsQuiet() throws Exception {
        made.view("v", 0);
        made.watermarkAtMinute(0);
        made.status(WatermarkStatus.IDLE);
        for (long now = made.processingTime(); now < GAP.toMillis() + 2_000; now += 200) {
            made.now(now);
        }
        assertThat(made.written()).containsExactly("v 0-0: 1");
        assertThat(made.output()).last().isInstanceOf(Watermark.class);
    }
}
