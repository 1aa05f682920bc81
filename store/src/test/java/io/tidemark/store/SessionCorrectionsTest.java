package io.tidemark.store;

import static io.tidemark.store.SessionFixture.ANN;
import static io.tidemark.store.SessionFixture.BOB;
import static io.tidemark.store.SessionFixture.HOST;
import static io.tidemark.store.SessionFixture.MINUTE;
import static io.tidemark.store.SessionFixture.SETTINGS;
import static io.tidemark.store.SessionFixture.event;
import static io.tidemark.store.SessionFixture.marks;
import static io.tidemark.store.SessionFixture.session;
import static io.tidemark.store.SessionFixture.sessions;
import static io.tidemark.store.SessionFixture.store;
import static io.tidemark.store.SessionFixture.view;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tidemark.model.PageView;
import io.tidemark.model.SessionMark;
import io.tidemark.model.SessionsBy;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionCorrectionsTest {
    private final StoreConfig config = StoreFixture.newDatabase();
    private final SessionCorrections corrections = new SessionCorrections(config, SETTINGS);

    @AfterEach
    void close() {
        corrections.close();
    }

    private static SessionMark mark(String visitor, double from, double to) {
        return new SessionMark(HOST, visitor, NOON + Math.round(from * MINUTE), NOON + Math.round(to * MINUTE));
    }

    @Test
    void theSessionOfAMarkTakesThePlaceOfItsPartsAndOthersStay() {
        try (SessionWriter writer = new SessionWriter(config, SETTINGS)) {
            writer.write(List.of(session(ANN, 0), session(ANN, 8, 9), session(ANN, 40), session(BOB, 8)));
        }
        store(config, ANN, 0, 4, 8, 9, 40, 41);
        store(config, BOB, 4, 8);
        corrections.mark(List.of(mark(ANN, 4, 4)));
        corrections.mark(List.of(mark(ANN, 4, 4)));

        assertThat(corrections.recomputeMarked()).isOne();
        assertThat(sessions(config)).containsExactly("aa 0.0-9.0: 4 r1", "aa 40.0-40.0: 1 r0", "bb 8.0-8.0: 1 r0");
        assertThat(marks(config)).isEmpty();
        assertThat(corrections.recomputeMarked()).isZero();
    }

    @Test
    void aSessionIsRecomputedHoweverFarItReaches() {
        double[] minutes = IntStream.range(0, 2_000).mapToDouble(i -> i * 4).toArray();
        store(config, ANN, minutes);
        store(config, ANN, -6, 2_000 * 4 + 2);
        corrections.mark(List.of(mark(ANN, 4_000, 4_000)));
        assertThat(corrections.recomputeMarked()).isOne();
        assertThat(sessions(config)).containsExactly("aa 0.0-7996.0: 2000 r0");
    }

    @Test
    void everySessionThatTheMarkReachesIsRecomputed() {
        store(config, ANN, 0, 10, 20, 30);
        corrections.mark(List.of(mark(ANN, 10, 20), mark(ANN, 12, 13)));
        assertThat(corrections.recomputeMarked()).isEqualTo(2);
        assertThat(sessions(config)).containsExactly("aa 10.0-10.0: 1 r0", "aa 20.0-20.0: 1 r0");
    }

    @Test
    void entryAndExitOfOneMomentAreAsTheyCameIntoTheTopic() {
        try (EventWriter events = new EventWriter(config)) {
            for (int offset = 0; offset < 3; offset++) {
                PageView at = view(1);
                events.add(
                        event(ANN, new PageView(at.timeMillis(), at.source(), "/" + (7 - offset), "", null)),
                        at(3, offset));
            }
            events.flush();
        }
        corrections.mark(List.of(mark(ANN, 1, 1)));
        assertThat(corrections.recomputeMarked()).isOne();
        assertThat(rows(config, "select entry_page, exit_page, num_hits, ip from processed_events_sessions"))
                .containsExactly("/7|/5|3|null");
    }

    @Test
    void byAddressTheVisitorCountsForNothing() {
        SessionSettings byIp = SessionSettings.of(Duration.ofMinutes(5), SessionsBy.IP);
        store(config, ANN, 0, 8);
        store(config, BOB, 4);
        store(config, null, 6);
        try (SessionCorrections ofIps = new SessionCorrections(config, byIp)) {
            ofIps.mark(List.of(mark("192.0.2.0", 4, 4)));
            assertThat(ofIps.recomputeMarked()).isOne();
        }
        assertThat(rows(config, "select visitor_id, ip, num_hits from processed_events_sessions"))
                .containsExactly("192.0.2.0|192.0.2.0|4");
    }

    @Test
    void rowsStayOfWhichTheEventsWereDeleted() {
        try (SessionWriter writer = new SessionWriter(config, SETTINGS)) {
            writer.write(List.of(session(ANN, 0, 1, 2), session(BOB, 0)));
        }
        store(config, ANN, 1, 2);
        corrections.mark(List.of(mark(ANN, 1, 1), mark(BOB, 0, 0)));
        assertThat(corrections.recomputeMarked()).isEqualTo(2);
        assertThat(sessions(config)).containsExactly("aa 0.0-2.0: 3 r0", "bb 0.0-0.0: 1 r0");
        assertThat(marks(config)).isEmpty();
    }

    @Test
    void recomputingChangesNothingThatIsTrue() {
        store(config, ANN, 0, 1, 2);
        corrections.mark(List.of(mark(ANN, 1, 1)));
        int first = corrections.recomputeMarked();
        List<String> before = rows(config, "select xmin, * from processed_events_sessions");
        corrections.mark(List.of(mark(ANN, 0, 2)));
        assertThat(first + corrections.recomputeMarked()).isEqualTo(2);
        assertThat(rows(config, "select xmin, * from processed_events_sessions"))
                .isEqualTo(before);
    }

    @Test
    void marksOfManyYearsAreDealtWithInOneTurn() {
        List<SessionMark> marks = IntStream.range(0, 500)
                .mapToObj(day -> mark(ANN, day * 1440.0, day * 1440.0))
                .toList();
        store(
                config,
                ANN,
                IntStream.range(0, 500).mapToDouble(day -> day * 1440.0).toArray());
        corrections.mark(marks);
        assertThat(corrections.recomputeMarked()).isEqualTo(500);
        assertThat(rows(config, "select count(*), sum(num_hits) from processed_events_sessions"))
                .containsExactly("500|500");
    }

    @Test
    void markOfATurnThatFailsIsStillThere() {
        store(config, ANN, 0);
        run(config, "alter table processed_events_sessions add constraint refused check (num_hits > 1)");
        corrections.mark(List.of(mark(ANN, 0, 0)));
        assertThat(catchThrowable(corrections::recomputeMarked)).isInstanceOf(StoreException.class);
        assertThat(marks(config)).containsExactly("aa|0|0");
    }
}
