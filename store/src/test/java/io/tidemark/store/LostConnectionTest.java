package io.tidemark.store;

import static io.tidemark.store.FaultyConnections.Commit.ANSWER_LOST;
import static io.tidemark.store.FaultyConnections.Commit.REQUEST_LOST;
import static io.tidemark.store.FaultyConnections.Commit.SERIALIZATION_FAILURE;
import static io.tidemark.store.FaultyConnections.Commit.WORKS;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static io.tidemark.store.StoreFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.RejectReason;
import io.tidemark.testkit.StepClock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LostConnectionTest {
    private final StoreConfig config = StoreFixture.newDatabase();
    private final FaultyConnections connections = new FaultyConnections(config);
    private final EventWriter writer = new EventWriter(connections.patient(), 1 << 20);

    @Test
    void commitWithoutAnswerThatHappenedIsNotRepeated() {
        addTwoPartitions();
        connections.nextCommits(ANSWER_LOST);

        assertThat(writer.flush().stored()).isEqualTo(2);
        assertThat(writer.hasPending()).isFalse();
        assertThat(stored()).containsExactly("0|0", "1|0");
        assertThat(connections.opened).isEqualTo(2);
    }

    @Test
    void commitWithoutAnswerThatDidNotHappenIsRepeated() {
        addTwoPartitions();
        connections.nextCommits(REQUEST_LOST);

        assertThat(writer.flush().stored()).isEqualTo(2);
        assertThat(stored()).containsExactly("0|0", "1|0");
    }

    @Test
    void severalLostCommitsEndInOneBatch() {
        addTwoPartitions();
        connections.nextCommits(REQUEST_LOST, ANSWER_LOST, REQUEST_LOST, ANSWER_LOST, WORKS);

        assertThat(writer.flush().stored()).isEqualTo(2);
        assertThat(stored()).containsExactly("0|0", "1|0");
        assertThat(connections.pauses)
                .containsExactly(
                        Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(400), Duration.ofMillis(800));
    }

    @Test
    void writerWhoseLostCommitDidNotHappenYieldsToASuccessor() {
        addTwoPartitions();
        connections.nextCommits(REQUEST_LOST);
        connections.beforeReopening(() -> {
            try (EventWriter successor = new EventWriter(config)) {
                successor.add(event(), at(1, 0));
                successor.flush();
            }
        });

        assertThatThrownBy(writer::flush).isInstanceOf(StaleWriterException.class);
        assertThat(stored()).containsExactly("1|0");
    }

    @Test
    void whatASuccessorRejectedIsNotTakenForStored() {
        addTwoPartitions();
        connections.nextCommits(REQUEST_LOST);
        connections.beforeReopening(() -> {
            try (EventWriter successor = new EventWriter(config)) {
                successor.add(event(), at(0, 0));
                successor.reject(new Rejection(at(1, 0), RejectReason.ENRICHMENT_FAILED, "of another opinion"));
                successor.flush();
            }
        });

        EventWriter.Flushed flushed = writer.flush();
        assertThat(flushed.stored()).isOne();
        assertThat(flushed.refused())
                .containsExactly(new Rejection(at(1, 0), RejectReason.ENRICHMENT_FAILED, "of another opinion"));
        assertThat(stored()).containsExactly("0|0");
    }

    @Test
    void serializationFailureIsTriedAgainOnTheSameConnection() {
        addTwoPartitions();
        connections.nextCommits(SERIALIZATION_FAILURE, SERIALIZATION_FAILURE);

        assertThat(writer.flush().stored()).isEqualTo(2);
        assertThat(stored()).containsExactly("0|0", "1|0");
        assertThat(connections.opened).isOne();
    }

    @Test
    void idleConnectionThatPostgresEndedIsReplaced() {
        addTwoPartitions();
        writer.flush();
        rows(
                config,
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'tidemark-test'"
                        + " and datname = current_database()");

        assertThat(writer.add(event(), at(0, 1))).isEqualTo(Admission.NEW);
        assertThat(writer.flush().stored()).isOne();
        assertThat(stored()).containsExactly("0|0", "0|1", "1|0");
    }

    @Test
    void postgresThatIsAwayForLongIsWaitedForVisibly() {
        addTwoPartitions();
        connections.nextCommits(REQUEST_LOST);
        connections.refuse(500);
        List<String> causes = new ArrayList<>();
        connections.duringPauses(() -> {
            assertThat(writer.waiting().seconds()).isPositive();
            causes.add(writer.waiting().cause());
        });

        assertThat(writer.flush().stored()).isEqualTo(2);
        assertThat(stored()).containsExactly("0|0", "1|0");
        assertThat(causes).hasSize(501).first().isEqualTo("An I/O error occurred");
        assertThat(causes).last().isEqualTo("Connection refused");
        assertThat(connections.pauses).last().isEqualTo(Duration.ofSeconds(2));
        assertThat(writer.waiting().seconds()).isZero();
        assertThat(writer.waiting().cause()).isEmpty();
    }

    @Test
    void commandGivesUpAfterAFewAttempts() {
        Session session = Session.impatient(connections, connections, Clock.systemUTC());
        connections.refuse(100);

        assertThatThrownBy(() -> session.transact("look", connection -> 1))
                .isInstanceOf(StoreException.class)
                .hasMessage("Cannot look: Connection refused");
        assertThat(connections.pauses).hasSize(7);
    }

    @Test
    void doubtAboutACommitOutlivesAnInterruptedWait() {
        addTwoPartitions();
        connections.nextCommits(ANSWER_LOST);
        connections.refuse(7);
        connections.interruptAfter(3);
        assertThatThrownBy(writer::flush).isInstanceOf(StoreException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(writer.hasPending()).isTrue();

        assertThat(writer.flush().stored()).isEqualTo(2);
        assertThat(stored()).containsExactly("0|0", "1|0");
    }

    @Test
    void lostAnswerToACommitWithARefusedRowIsResolvedFromTheLedger() {
        writer.add(event(), at(0, 0));
        writer.add(event("nul\0host", null, StoreFixture.NOON), at(0, 1));
        connections.nextCommits(ANSWER_LOST);

        EventWriter.Flushed flushed = writer.flush();
        assertThat(flushed.stored()).isOne();
        assertThat(flushed.refused())
                .extracting(refused -> refused.at().offset())
                .containsExactly(1L);
        assertThat(rows(config, "select next_offset, stored, rejected from ingest_ledger"))
                .containsExactly("2|1|1");
    }

    @Test
    void connectionThatDiedWhileItRestedIsNotUsed() {
        StepClock clock = new StepClock();
        Session session = Session.patient(connections, connections, clock);
        assertThat(session.transact("look", LostConnectionTest::backend)).isPositive();
        rows(
                config,
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'tidemark-test'"
                        + " and datname = current_database()");
        clock.forward(Duration.ofSeconds(5));

        assertThat(session.transact("look", LostConnectionTest::backend)).isPositive();
        assertThat(connections.opened).isEqualTo(2);
        assertThat(connections.pauses).isEmpty();
    }

    private static int backend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private void addTwoPartitions() {
        // So that the day has its partition, and the commits to come are those of the two.
        writer.add(event(), at(9, 0));
        writer.flush();
        StoreFixture.run(config, "delete from processed_events where source_partition = 9");
        writer.add(event(), at(0, 0));
        writer.add(event(), at(1, 0));
    }

    private List<String> stored() {
        return rows(config, "select source_partition, source_offset from processed_events order by 1, 2");
    }
}
