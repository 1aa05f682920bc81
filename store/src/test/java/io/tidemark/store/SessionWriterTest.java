package io.tidemark.store;

import static io.tidemark.store.SessionFixture.ANN;
import static io.tidemark.store.SessionFixture.BOB;
import static io.tidemark.store.SessionFixture.HOST;
import static io.tidemark.store.SessionFixture.SETTINGS;
import static io.tidemark.store.SessionFixture.marks;
import static io.tidemark.store.SessionFixture.session;
import static io.tidemark.store.SessionFixture.sessions;
import static io.tidemark.store.SessionFixture.view;
import static io.tidemark.store.StoreFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.PageView;
import io.tidemark.model.SessionSpan;
import io.tidemark.model.SessionsBy;
import io.tidemark.model.VisitorSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionWriterTest {
    private final StoreConfig config = StoreFixture.newDatabase();
    private final SessionWriter writer = new SessionWriter(config, SETTINGS);

    @AfterEach
    void close() {
        writer.close();
    }

    @Test
    void sessionIsARow() {
        PageView first = view(0);
        PageView entry = new PageView(first.timeMillis(), first.source(), "/in", "search", "192.0.2.0");
        PageView exit = new PageView(first.timeMillis() + 90_500, first.source(), "/out", "internal", null);
        writer.write(List.of(new VisitorSession(HOST, ANN, new SessionSpan(entry, exit, 7))));

        assertThat(rows(
                        config,
                        "select session_start at time zone 'UTC', session_end at time zone 'UTC', host, visitor_id, ip,"
                                + " num_hits, entry_page, exit_page, referrer_source, bounce, revision,"
                                + " updated_at <= now() from processed_events_sessions"))
                .containsExactly("2026-03-01 12:00:00|2026-03-01 12:01:30.5|" + HOST + "|" + ANN
                        + "|192.0.2.0|7|/in|/out|search|f|0|t");
    }

    @Test
    void onePageViewIsABounce() {
        writer.write(List.of(session(ANN, 0), session(BOB, 0, 0)));
        assertThat(rows(config, "select right(visitor_id, 2), bounce from processed_events_sessions order by 1"))
                .containsExactly("aa|t", "bb|f");
    }

    @Test
    void writingAgainChangesNothing() {
        writer.write(List.of(session(ANN, 0, 1), session(ANN, 10)));
        List<String> before = rows(config, "select xmin, * from processed_events_sessions order by session_start");
        writer.write(List.of(session(ANN, 10), session(ANN, 0, 1)));
        assertThat(rows(config, "select xmin, * from processed_events_sessions order by session_start"))
                .isEqualTo(before);
    }

    @Test
    void sessionThatGrewTakesThePlaceOfItsRow() {
        writer.write(List.of(session(ANN, 2, 3)));
        writer.write(List.of(session(ANN, 2, 3, 3)));
        writer.write(List.of(session(ANN, 0, 2, 3, 3)));
        assertThat(sessions(config)).containsExactly("aa 0.0-3.0: 4 r2");
    }

    @Test
    void sessionsThatMergeGiveWayToOneAndOthersStay() {
        writer.write(
                List.of(session(ANN, 0), session(ANN, 6, 7), session(ANN, 13), session(ANN, 30), session(BOB, 6, 7)));
        writer.write(List.of(session(ANN, 0, 3, 6, 7, 10, 13)));
        assertThat(sessions(config)).containsExactly("aa 0.0-13.0: 6 r1", "aa 30.0-30.0: 1 r0", "bb 6.0-7.0: 2 r0");
        assertThat(marks(config)).isEmpty();
    }

    @Test
    void ofOneSessionSeveralTimesTheLastIsStored() {
        writer.write(List.of(session(ANN, 0), session(ANN, 8), session(ANN, 0, 4, 8), session(ANN, 0, 4, 8, 9)));
        assertThat(sessions(config)).containsExactly("aa 0.0-9.0: 4 r0");
    }

    @Test
    void writerThatLagsBehindTakesNothingBack() {
        writer.write(List.of(session(ANN, 0, 4, 8)));
        try (SessionWriter old = new SessionWriter(config, SETTINGS)) {
            old.write(List.of(session(ANN, 0), session(ANN, 8)));
            old.write(List.of(session(ANN, 0, 4)));
        }
        assertThat(sessions(config)).containsExactly("aa 0.0-8.0: 3 r0");
        assertThat(marks(config)).isEmpty();
    }

    @Test
    void whereNeitherKnowsAllTheStretchIsMarkedAndTheRowStays() {
        writer.write(List.of(session(ANN, 0, 4)));
        writer.write(List.of(session(ANN, 2, 7)));
        assertThat(sessions(config)).containsExactly("aa 0.0-4.0: 2 r0");
        assertThat(marks(config)).containsExactly("aa|2|7");
    }

    @Test
    void rowThatSpansMoreButHasFewerHitsIsNoReasonToLeaveTheSessionOut() {
        writer.write(List.of(session(ANN, 0, 8)));
        writer.write(List.of(session(ANN, 2, 3, 4)));
        assertThat(marks(config)).containsExactly("aa|2|4");
    }

    @Test
    void rowWithMoreHitsWithinIsNoPart() {
        writer.write(List.of(session(ANN, 1, 1, 1, 1)));
        writer.write(List.of(session(ANN, 0, 1, 2)));
        assertThat(marks(config)).containsExactly("aa|0|2");
    }

    @Test
    void rowWithinTheGapIsOfTheSameSession() {
        writer.write(List.of(session(ANN, 0)));
        writer.write(List.of(session(ANN, 5)));
        assertThat(sessions(config)).containsExactly("aa 0.0-0.0: 1 r0");
        assertThat(marks(config)).containsExactly("aa|5|5");
    }

    @Test
    void aPauseLongerThanTheGapEndsASession() {
        writer.write(List.of(session(ANN, 0)));
        writer.write(List.of(session(ANN, 5 + 1 / 60_000.0)));
        assertThat(sessions(config)).hasSize(2);
        assertThat(marks(config)).isEmpty();
    }

    @Test
    void manyAreWrittenAtOnce() {
        List<VisitorSession> many = Stream.iterate(0, i -> i + 1)
                .limit(12_000)
                .map(i -> new VisitorSession(
                        "h" + i % 7, "v" + i, session(ANN, 0, i % 3).span()))
                .toList();
        writer.write(many);
        writer.write(many);
        assertThat(rows(config, "select count(*), sum(num_hits), max(revision) from processed_events_sessions"))
                .containsExactly("12000|24000|0");
    }

    @Test
    void sessionsOfAnotherKindAreRefused() {
        SessionSettings.claim(config, SessionSettings.of(Duration.ofMinutes(30), SessionsBy.VISITOR));
        assertThatThrownBy(() -> writer.write(List.of(session(ANN, 0))))
                .isInstanceOf(StoreException.class)
                .hasMessage(
                        "The table of sessions was claimed for sessions by visitor with a gap of 30m since this job,"
                                + " which makes sessions by visitor with a gap of 5m, began: stop this job");
        assertThat(sessions(config)).isEmpty();
    }

    /**
     * Writers that know a part of the page views each, in any order and all at once, as attempts of a job do that read the
     * topic's partitions in different turns; then one that knows all. Whatever they leave, marks make it whole.
     */
    @Test
    void rivalWritersLeaveNothingThatIsNeitherTrueNorMarked() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            String visitor = "visitor" + round;
            double[] minutes = random.ints(2 + random.nextInt(12), 0, 40)
                    .sorted()
                    .mapToDouble(minute -> minute)
                    .toArray();
            SessionFixture.store(config, visitor, distinct(minutes));
            List<Thread> rivals = new ArrayList<>();
            for (int rival = 0; rival < 3; rival++) {
                List<List<VisitorSession>> writes = new ArrayList<>();
                for (int write = 0; write < 4; write++) {
                    writes.add(spans(visitor, some(distinct(minutes), random)));
                }
                rivals.add(new Thread(() -> {
                    try (SessionWriter own = new SessionWriter(config, SETTINGS)) {
                        writes.forEach(own::write);
                    }
                }));
            }
            rivals.forEach(Thread::start);
            for (Thread rival : rivals) {
                rival.join();
            }
            List<VisitorSession> truth = spans(visitor, distinct(minutes));
            writer.write(truth);
            try (SessionCorrections corrections = new SessionCorrections(config, SETTINGS)) {
                int ignored = corrections.recomputeMarked();
            }
            assertThat(rows(
                            config,
                            "select (extract(epoch from session_start) * 1000)::bigint, (extract(epoch from session_end)"
                                    + " * 1000)::bigint, num_hits, entry_page, exit_page from processed_events_sessions"
                                    + " where visitor_id = '" + visitor + "' order by 1"))
                    .as("seed %d, round %d", seed, round)
                    .containsExactlyElementsOf(truth.stream()
                            .map(each -> "%d|%d|%d|%s|%s"
                                    .formatted(
                                            each.span().startMillis(),
                                            each.span().endMillis(),
                                            each.span().hits(),
                                            each.span().first().page(),
                                            each.span().last().page()))
                            .toList());
        }
        assertThat(marks(config)).isEmpty();
    }

    private static double[] distinct(double[] minutes) {
        return Arrays.stream(minutes).distinct().toArray();
    }

    private static double[] some(double[] minutes, Random random) {
        return Arrays.stream(minutes).filter(minute -> random.nextInt(3) > 0).toArray();
    }

    private static List<VisitorSession> spans(String visitor, double[] minutes) {
        List<PageView> views =
                Arrays.stream(minutes).mapToObj(SessionFixture::view).toList();
        return SessionSpan.of(views, SETTINGS.gapMillis()).stream()
                .map(span -> new VisitorSession(HOST, visitor, span))
                .toList();
    }
}
