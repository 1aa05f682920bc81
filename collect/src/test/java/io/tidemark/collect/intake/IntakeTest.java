package io.tidemark.collect.intake;

import static io.tidemark.collect.intake.IntakeWorld.NOON;
import static io.tidemark.collect.intake.IntakeWorld.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.collect.intake.NotTakenException.Cause;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntakeTest {
    @TempDir
    Path folder;

    private IntakeWorld world;

    @BeforeEach
    void begin() {
        world = new IntakeWorld(folder);
    }

    @AfterEach
    void end() throws IOException {
        world.close();
    }

    @Test
    void anEventIsAcknowledgedOnceKafkaHasIt() throws Exception {
        Intake intake = world.intake();
        CompletableFuture<Kept> first = intake.accept(List.of(event("a"), event("b")));
        intake.turn();
        assertThat(world.kafka.unanswered()).isEqualTo(2);
        world.kafka.acknowledge();
        intake.turn();
        assertThat(first).isNotDone();
        world.kafka.acknowledge();
        intake.turn();

        assertThat(first).isCompletedWithValue(Kept.IN_KAFKA);
        assertThat(world.kafka.log).containsExactly("a", "b");
        assertThat(world.kafka.records.get(0).timestamp()).isEqualTo(NOON);
        assertThat(world.kafka.records.get(0).partition()).isEqualTo(EventIds.partition("a", FakeKafka.PARTITIONS));
        assertThat(new String(world.kafka.records.get(0).value(), UTF_8)).isEqualTo("value of a");
    }

    @Test
    void aRepeatIsAcknowledgedWithTheFirstAndNotSent() throws Exception {
        Intake intake = world.intake();
        CompletableFuture<Kept> first = intake.accept(List.of(event("a")));
        intake.turn();
        CompletableFuture<Kept> repeat = intake.accept(List.of(event("a"), event("a")));
        intake.turn();
        assertThat(repeat).isNotDone();
        world.kafka.acknowledgeAll();
        intake.turn();
        CompletableFuture<Kept> late = intake.accept(List.of(event("a")));
        intake.turn();

        assertThat(List.of(first, repeat, late))
                .allSatisfy(each -> assertThat(each).isCompleted());
        assertThat(world.kafka.log).containsExactly("a");
        assertThat(intake.repeats()).isEqualTo(3);
    }

    @Test
    void whileKafkaIsAwayTheDiskHasThem() throws Exception {
        Intake intake = world.intake();
        CompletableFuture<Kept> sent = intake.accept(List.of(event("a")));
        intake.turn();
        world.passPatience();
        CompletableFuture<Kept> later = intake.accept(List.of(event("b")));
        intake.turn();

        assertThat(sent).isCompletedWithValue(Kept.IN_SPOOL);
        assertThat(later).isCompletedWithValue(Kept.IN_SPOOL);
        assertThat(intake.isReady()).isFalse();
        assertThat(intake.spooledEvents()).isEqualTo(2);

        world.kafka.acknowledgeAll();
        intake.turn();
        assertThat(intake.spooledEvents()).isZero();
        assertThat(intake.isReady()).isTrue();
        assertThat(world.kafka.log).containsExactly("a", "b");
    }

    @Test
    void whatIsInTheSpoolIsSentAfterARestartUnlessTheTopicHasIt() throws Exception {
        Intake before = world.intake();
        var unused = before.accept(List.of(event("a"), event("b")));
        before.turn();
        world.passPatience();
        before.turn();
        world.kafka.appendAndLoseAnswer();
        world.kafka.lose();
        world.crash();

        Intake after = world.intake();
        after.turn();
        world.kafka.acknowledgeAll();
        after.turn();
        assertThat(world.kafka.log).containsExactly("a", "b");
        assertThat(after.spooledEvents()).isZero();
    }

    @Test
    void aRepeatIsKnownAfterARestart() throws Exception {
        Intake before = world.intake();
        var unused = before.accept(List.of(event("a")));
        before.turn();
        world.kafka.appendAndLoseAnswer();
        world.crash();

        Intake after = world.intake();
        CompletableFuture<Kept> repeat = after.accept(List.of(event("a")));
        after.turn();
        assertThat(repeat).isCompletedWithValue(Kept.IN_KAFKA);
        assertThat(world.kafka.log).containsExactly("a");
    }

    @Test
    void beforeKafkaIsFoundNothingIsSentAndTheSpoolFills() throws Exception {
        Intake intake = world.unconnected();
        world.kafka.log.add("a");
        CompletableFuture<Kept> both = intake.accept(List.of(event("a"), event("b")));
        intake.turn();
        assertThat(world.kafka.unanswered()).isZero();
        world.passPatience();
        intake.turn();
        assertThat(both).isCompletedWithValue(Kept.IN_SPOOL);

        world.kafka.found();
        intake.turn();
        world.kafka.acknowledgeAll();
        intake.turn();
        assertThat(world.kafka.log).containsExactly("a", "b");
        assertThat(intake.spooledEvents()).isZero();
    }

    @Test
    void whatHasNoRoomIsRefused() throws Exception {
        Intake intake = world.unconnected(500, 500);
        var unused = intake.accept(List.of(event("a"), event("b")));
        assertThat(cause(intake.accept(List.of(event("c"))))).isEqualTo(Cause.BUSY);
        intake.turn();
        world.passPatience();
        intake.turn();
        assertThat(cause(intake.accept(List.of(event("c"))))).isEqualTo(Cause.KAFKA_AWAY);
        world.kafka.found();
        intake.turn();
        world.kafka.acknowledgeAll();
        intake.turn();
        CompletableFuture<Kept> again = intake.accept(List.of(event("c")));
        intake.turn();
        world.kafka.acknowledgeAll();
        intake.turn();
        assertThat(again).isCompletedWithValue(Kept.IN_KAFKA);
        assertThat(world.kafka.log).containsExactly("a", "b", "c");
    }

    @Test
    void withoutASpoolKafkaAwayIsARefusal() throws Exception {
        Intake intake = world.unconnected(1 << 20, 0);
        CompletableFuture<Kept> waiting = intake.accept(List.of(event("a")));
        intake.turn();
        world.passPatience();
        intake.turn();
        assertThat(waiting).isNotDone();
        assertThat(cause(intake.accept(List.of(event("b"))))).isEqualTo(Cause.KAFKA_AWAY);
    }

    @Test
    void afterAFailureTheTopicTellsWhatItHas() throws Exception {
        Intake intake = world.intake();
        CompletableFuture<Kept> both = intake.accept(List.of(event("a"), event("b"), event("c")));
        intake.turn();
        world.kafka.appendAndLoseAnswer();
        world.kafka.fail(new ClusterAuthorizationException("not any more"));
        world.kafka.lose();
        intake.turn();
        assertThat(intake.isReady()).isFalse();
        world.kafka.found();
        intake.turn();
        world.kafka.acknowledgeAll();
        intake.turn();

        assertThat(both).isCompletedWithValue(Kept.IN_KAFKA);
        assertThat(world.kafka.log).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void whatTheProducerHasNoRoomForIsSentLater() throws Exception {
        Intake intake = world.intake();
        CompletableFuture<Kept> kept = intake.accept(List.of(event("a")));
        intake.turn();
        world.kafka.fail(new TimeoutException("no metadata"));
        intake.turn();
        intake.turn();
        world.kafka.acknowledgeAll();
        intake.turn();
        assertThat(kept).isCompletedWithValue(Kept.IN_KAFKA);
        assertThat(world.kafka.log).containsExactly("a");
    }

    @Test
    void anEventTooLargeForKafkaIsRefusedAndNothingElse() throws Exception {
        Intake intake = world.intake();
        CompletableFuture<Kept> large = intake.accept(List.of(event("a")));
        CompletableFuture<Kept> other = intake.accept(List.of(event("b")));
        intake.turn();
        world.kafka.fail(new RecordTooLargeException("too large"));
        world.kafka.acknowledgeAll();
        intake.turn();
        assertThat(cause(large)).isEqualTo(Cause.TOO_LARGE);
        assertThat(other).isCompletedWithValue(Kept.IN_KAFKA);
    }

    @Test
    void twoOnOneSpoolAreRefused() throws Exception {
        world.intake();
        assertThatThrownBy(world::intake).isInstanceOf(IOException.class).hasMessageContaining("spool.db");
    }

    @Test
    void anAcknowledgedEventThatKafkaRefusesStaysOnDisk() throws Exception {
        Intake intake = world.intake();
        CompletableFuture<Kept> kept = intake.accept(List.of(event("a")));
        intake.turn();
        world.passPatience();
        intake.turn();
        assertThat(kept).isCompletedWithValue(Kept.IN_SPOOL);
        world.kafka.fail(new RecordTooLargeException("too large"));
        intake.turn();
        assertThat(intake.spooledEvents()).isOne();
        assertThat(intake.pendingEvents()).isZero();
        world.crash();

        Intake after = world.intake();
        after.turn();
        world.kafka.acknowledgeAll();
        after.turn();
        assertThat(world.kafka.log).containsExactly("a");
        assertThat(after.spooledEvents()).isZero();
    }

    private static Cause cause(CompletableFuture<Kept> failed) throws InterruptedException {
        assertThat(failed).isCompletedExceptionally();
        try {
            throw new AssertionError(failed.get());
        } catch (ExecutionException e) {
            return ((NotTakenException) Objects.requireNonNull(e.getCause())).why();
        }
    }
}
