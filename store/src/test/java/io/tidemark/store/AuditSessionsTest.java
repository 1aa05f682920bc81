package io.tidemark.store;

import static io.tidemark.store.SessionFixture.ANN;
import static io.tidemark.store.SessionFixture.BOB;
import static io.tidemark.store.SessionFixture.HOST;
import static io.tidemark.store.SessionFixture.MINUTE;
import static io.tidemark.store.SessionFixture.SETTINGS;
import static io.tidemark.store.SessionFixture.session;
import static io.tidemark.store.SessionFixture.store;
import static io.tidemark.store.StoreFixture.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.SessionMark;
import io.tidemark.model.VisitorSession;
import io.tidemark.store.AuditSessions.Difference;
import io.tidemark.store.AuditSessions.Told;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditSessionsTest {
    private final StoreConfig config = StoreFixture.newDatabase();

    private AuditSessions audit() {
        return new AuditQueries(config).read(10).sessions();
    }

    private void write(VisitorSession... sessions) {
        try (SessionWriter writer = new SessionWriter(config, SETTINGS)) {
            writer.write(List.of(sessions));
        }
    }

    private void closedUntilMinute(int minute) {
        try (SessionProgress progress = new SessionProgress(config, SETTINGS)) {
            progress.advance(NOON + minute * MINUTE);
        }
    }

    @Test
    void beforeASessionJobWasSubmittedThereIsNothingToCompare() {
        store(config, ANN, 0);
        assertThat(audit()).isEqualTo(AuditSessions.none());
    }

    @Test
    void closedSessionsAreThoseOfTheEvents() {
        SessionSettings.claim(config, SETTINGS);
        store(config, ANN, 0, 4, 10, 11, 30);
        store(config, BOB, 0, 28);
        store(config, null, 1);
        write(session(ANN, 0, 4), session(ANN, 10, 11), session(BOB, 0));
        closedUntilMinute(30);
        AuditSessions found = audit();
        assertThat(found.differences()).isEmpty();
        assertThat(found.settings()).contains(SETTINGS);
        assertThat(List.of(found.checked(), found.hits(), found.open(), found.marked(), found.differing()))
                .containsExactly(3L, 5L, 2L, 0L, 0L);
    }

    @Test
    void whatDiffersIsNamed() {
        SessionSettings.claim(config, SETTINGS);
        store(config, ANN, 0, 4, 20);
        store(config, BOB, 3);
        write(session(ANN, 0), session(ANN, 10), session(BOB, 3, 3));
        closedUntilMinute(60);
        AuditSessions found = audit();
        assertThat(found.differing()).isEqualTo(4);
        assertThat(found.differences())
                .containsExactly(
                        new Difference(HOST, ANN, NOON, new Told(NOON, 1), new Told(NOON + 4 * MINUTE, 2)),
                        new Difference(
                                HOST,
                                BOB,
                                NOON + 3 * MINUTE,
                                new Told(NOON + 3 * MINUTE, 2),
                                new Told(NOON + 3 * MINUTE, 1)),
                        new Difference(HOST, ANN, NOON + 10 * MINUTE, new Told(NOON + 10 * MINUTE, 1), null),
                        new Difference(HOST, ANN, NOON + 20 * MINUTE, null, new Told(NOON + 20 * MINUTE, 1)));
        assertThat(new AuditQueries(config).read(1).sessions().differences()).hasSize(1);
    }

    @Test
    void visitorsOfWhomASessionIsMarkedAreLeftOut() {
        SessionSettings.claim(config, SETTINGS);
        store(config, ANN, 0, 4);
        store(config, BOB, 0);
        write(session(ANN, 0), session(BOB, 0));
        closedUntilMinute(60);
        try (SessionCorrections corrections = new SessionCorrections(config, SETTINGS)) {
            corrections.mark(List.of(new SessionMark(HOST, ANN, NOON, NOON)));
        }
        AuditSessions found = audit();
        assertThat(found.differences()).isEmpty();
        assertThat(found.checked()).isOne();
        assertThat(found.marked()).isOne();
    }

    @Test
    void rowOfASessionThatIsOpenAgainIsLeftAlone() {
        SessionSettings.claim(config, SETTINGS);
        store(config, ANN, 0, 4, 8, 12);
        write(session(ANN, 0));
        closedUntilMinute(15);
        AuditSessions found = audit();
        assertThat(found.differences()).isEmpty();
        assertThat(found.open()).isOne();
        closedUntilMinute(17);
        assertThat(audit().differing()).isEqualTo(1);
    }

    @Test
    void afterARunToTheEndEverythingIsClosed() {
        SessionSettings.claim(config, SETTINGS);
        store(config, ANN, 0, 4_000_000);
        write(session(ANN, 0), session(ANN, 4_000_000));
        try (SessionProgress progress = new SessionProgress(config, SETTINGS)) {
            progress.advance(SessionProgress.ALL);
        }
        assertThat(audit().checked()).isEqualTo(2);
        assertThat(audit().differences()).isEmpty();
    }
}
