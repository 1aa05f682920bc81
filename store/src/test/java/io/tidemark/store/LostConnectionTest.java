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

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LostConnectionTest {
    private final StoreConfig config = StoreFixture.newDatabase();
    private final FaultyConnections connections = new FaultyConnections(config);
    private final EventWriter writer = new EventWriter(new Session(connections, connections), 1 << 20);

    @Test
    void commitWithoutAnswerThatHappenedIsNotRepeated() {
        addTwoPartitions();
        connections.nextCommits(ANSWER_LOST);

        assertThat(writer.flush()).isEqualTo(2);
        assertThat(writer.hasPending()).isFalse();
        assertThat(stored()).containsExactly("0|0", "1|0");
        assertThat(connections.opened).isEqualTo(2);
    }

    @Test
    void commitWithoutAnswerThatDidNotHappenIsRepeated() {
        addTwoPartitions();
        connections.nextCommits(REQUEST_LOST);

        assertThat(writer.flush()).isEqualTo(2);
        assertThat(stored()).containsExactly("0|0", "1|0");
    }

    @Test
    void severalLostCommitsEndInOneBatch() {
        addTwoPartitions();
        connections.nextCommits(REQUEST_LOST, ANSWER_LOST, REQUEST_LOST, ANSWER_LOST, WORKS);

        assertThat(writer.flush()).isEqualTo(2);
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
    void serializationFailureIsTriedAgainOnTheSameConnection() {
        addTwoPartitions();
        connections.nextCommits(SERIALIZATION_FAILURE, SERIALIZATION_FAILURE);

        assertThat(writer.flush()).isEqualTo(2);
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

        assertThat(writer.add(event(), at(0, 1))).isTrue();
        assertThat(writer.flush()).isOne();
        assertThat(stored()).containsExactly("0|0", "0|1", "1|0");
    }

    @Test
    void postgresThatStaysAwayIsReportedAndTheRowsKept() {
        addTwoPartitions();
        connections.nextCommits(REQUEST_LOST);
        connections.refuse(7);

        assertThatThrownBy(writer::flush)
                .isInstanceOf(StoreException.class)
                .hasMessage("Cannot store 2 events: Connection refused");
        assertThat(connections.pauses).hasSize(7).last().isEqualTo(Duration.ofSeconds(5));
        assertThat(writer.flush()).isEqualTo(2);
        assertThat(stored()).containsExactly("0|0", "1|0");
    }

    @Test
    void doubtAboutACommitOutlivesAFailedFlush() {
        addTwoPartitions();
        connections.nextCommits(ANSWER_LOST);
        connections.refuse(7);
        assertThatThrownBy(writer::flush).isInstanceOf(StoreException.class);

        assertThat(writer.flush()).isEqualTo(2);
        assertThat(stored()).containsExactly("0|0", "1|0");
    }

    private void addTwoPartitions() {
        writer.add(event(), at(0, 0));
        writer.add(event(), at(1, 0));
    }

    private List<String> stored() {
        return rows(config, "select source_partition, source_offset from processed_events order by 1, 2");
    }
}
