package io.tidemark.collect.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.collect.intake.NotTakenException.Cause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntakeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    private static final int HISTORIES = 60;
    private static final int STEPS = 120;

    @TempDir
    Path folder;

    private final List<Intake> open = new ArrayList<>();
    private final FakeKafka kafka = new FakeKafka();
    private long nanos;
    private Path spool = Path.of("");
    private int crashes;

    @BeforeEach
    void chooseSpool() {
        spool = folder.resolve("spool");
    }

    @AfterEach
    void end() throws IOException {
        for (Intake each : open) {
            each.end();
        }
    }

    @Test
    void anEventIsAcknowledgedOnceKafkaHasIt() throws Exception {
        Intake intake = intake();
        CompletableFuture<Kept> first = intake.accept(List.of(event("a"), event("b")));
        intake.turn();
        assertThat(kafka.unanswered()).isEqualTo(2);
        kafka.acknowledge();
        intake.turn();
        assertThat(first).isNotDone();
        kafka.acknowledge();
        intake.turn();

        assertThat(first).isCompletedWithValue(Kept.IN_KAFKA);
        assertThat(kafka.log).containsExactly("a", "b");
        assertThat(kafka.records.get(0).timestamp()).isEqualTo(NOON);
        assertThat(kafka.records.get(0).partition()).isEqualTo(EventIds.partition("a", FakeKafka.PARTITIONS));
        assertThat(new String(kafka.records.get(0).value(), UTF_8)).isEqualTo("value of a");
    }

    @Test
    void aRepeatIsAcknowledgedWithTheFirstAndNotSent() throws Exception {
        Intake intake = intake();
        CompletableFuture<Kept> first = intake.accept(List.of(event("a")));
        intake.turn();
        CompletableFuture<Kept> repeat = intake.accept(List.of(event("a"), event("a")));
        intake.turn();
        assertThat(repeat).isNotDone();
        kafka.acknowledgeAll();
        intake.turn();
        CompletableFuture<Kept> late = intake.accept(List.of(event("a")));
        intake.turn();

        assertThat(List.of(first, repeat, late))
                .allSatisfy(each -> assertThat(each).isCompleted());
        assertThat(kafka.log).containsExactly("a");
        assertThat(intake.repeats()).isEqualTo(3);
    }

    @Test
    void whileKafkaIsAwayTheDiskHasThem() throws Exception {
        Intake intake = intake();
        CompletableFuture<Kept> sent = intake.accept(List.of(event("a")));
        intake.turn();
        pass(PATIENCE.plusMillis(1));
        CompletableFuture<Kept> later = intake.accept(List.of(event("b")));
        intake.turn();

        assertThat(sent).isCompletedWithValue(Kept.IN_SPOOL);
        assertThat(later).isCompletedWithValue(Kept.IN_SPOOL);
        assertThat(intake.isReady()).isFalse();
        assertThat(intake.spooledEvents()).isEqualTo(2);

        kafka.acknowledgeAll();
        intake.turn();
        assertThat(intake.spooledEvents()).isZero();
        assertThat(intake.isReady()).isTrue();
        assertThat(kafka.log).containsExactly("a", "b");
    }

    @Test
    void whatIsInTheSpoolIsSentAfterARestartUnlessTheTopicHasIt() throws Exception {
        Intake before = intake();
        var unused = before.accept(List.of(event("a"), event("b")));
        before.turn();
        pass(PATIENCE.plusMillis(1));
        before.turn();
        kafka.appendAndLoseAnswer();
        kafka.lose();
        crash();

        Intake after = intake();
        after.turn();
        kafka.acknowledgeAll();
        after.turn();
        assertThat(kafka.log).containsExactly("a", "b");
        assertThat(after.spooledEvents()).isZero();
    }

    @Test
    void aRepeatIsKnownAfterARestart() throws Exception {
        Intake before = intake();
        var unused = before.accept(List.of(event("a")));
        before.turn();
        kafka.appendAndLoseAnswer();
        crash();

        Intake after = intake();
        CompletableFuture<Kept> repeat = after.accept(List.of(event("a")));
        after.turn();
        assertThat(repeat).isCompletedWithValue(Kept.IN_KAFKA);
        assertThat(kafka.log).containsExactly("a");
    }

    @Test
    void beforeKafkaIsFoundNothingIsSentAndTheSpoolFills() throws Exception {
        Intake intake = unconnected(config(1 << 20));
        kafka.log.add("a");
        CompletableFuture<Kept> both = intake.accept(List.of(event("a"), event("b")));
        intake.turn();
        assertThat(kafka.unanswered()).isZero();
        pass(PATIENCE.plusMillis(1));
        intake.turn();
        assertThat(both).isCompletedWithValue(Kept.IN_SPOOL);

        kafka.found();
        intake.turn();
        kafka.acknowledgeAll();
        intake.turn();
        assertThat(kafka.log).containsExactly("a", "b");
        assertThat(intake.spooledEvents()).isZero();
    }

    @Test
    void whatHasNoRoomIsRefused() throws Exception {
        Intake intake =
                unconnected(new IntakeConfig(FakeKafka.TOPIC, 500, spool, 500, PATIENCE, Duration.ofMinutes(10), 100));
        var unused = intake.accept(List.of(event("a"), event("b")));
        assertThat(cause(intake.accept(List.of(event("c"))))).isEqualTo(Cause.BUSY);
        intake.turn();
        pass(PATIENCE.plusMillis(1));
        intake.turn();
        assertThat(cause(intake.accept(List.of(event("c"))))).isEqualTo(Cause.KAFKA_AWAY);
        kafka.found();
        intake.turn();
        kafka.acknowledgeAll();
        intake.turn();
        CompletableFuture<Kept> again = intake.accept(List.of(event("c")));
        intake.turn();
        kafka.acknowledgeAll();
        intake.turn();
        assertThat(again).isCompletedWithValue(Kept.IN_KAFKA);
        assertThat(kafka.log).containsExactly("a", "b", "c");
    }

    @Test
    void withoutASpoolKafkaAwayIsARefusal() throws Exception {
        Intake intake =
                unconnected(new IntakeConfig(FakeKafka.TOPIC, 1 << 20, null, 0, PATIENCE, Duration.ofMinutes(10), 100));
        CompletableFuture<Kept> waiting = intake.accept(List.of(event("a")));
        intake.turn();
        pass(PATIENCE.plusMillis(1));
        intake.turn();
        assertThat(waiting).isNotDone();
        assertThat(cause(intake.accept(List.of(event("b"))))).isEqualTo(Cause.KAFKA_AWAY);
    }

    @Test
    void afterAFailureTheTopicTellsWhatItHas() throws Exception {
        Intake intake = intake();
        CompletableFuture<Kept> both = intake.accept(List.of(event("a"), event("b"), event("c")));
        intake.turn();
        kafka.appendAndLoseAnswer();
        kafka.fail(new ClusterAuthorizationException("not any more"));
        kafka.lose();
        intake.turn();
        assertThat(intake.isReady()).isFalse();
        kafka.found();
        intake.turn();
        kafka.acknowledgeAll();
        intake.turn();

        assertThat(both).isCompletedWithValue(Kept.IN_KAFKA);
        assertThat(kafka.log).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void whatTheProducerHasNoRoomForIsSentLater() throws Exception {
        Intake intake = intake();
        CompletableFuture<Kept> kept = intake.accept(List.of(event("a")));
        intake.turn();
        kafka.fail(new TimeoutException("no metadata"));
        intake.turn();
        intake.turn();
        kafka.acknowledgeAll();
        intake.turn();
        assertThat(kept).isCompletedWithValue(Kept.IN_KAFKA);
        assertThat(kafka.log).containsExactly("a");
    }

    @Test
    void anEventTooLargeForKafkaIsRefusedAndNothingElse() throws Exception {
        Intake intake = intake();
        CompletableFuture<Kept> large = intake.accept(List.of(event("a")));
        CompletableFuture<Kept> other = intake.accept(List.of(event("b")));
        intake.turn();
        kafka.fail(new RecordTooLargeException("too large"));
        kafka.acknowledgeAll();
        intake.turn();
        assertThat(cause(large)).isEqualTo(Cause.TOO_LARGE);
        assertThat(other).isCompletedWithValue(Kept.IN_KAFKA);
    }

    @Test
    void twoOnOneSpoolAreRefused() throws Exception {
        intake();
        assertThatThrownBy(this::intake).isInstanceOf(IOException.class).hasMessageContaining("spool.db");
    }

    @Test
    void inAnyHistoryWhatIsAcknowledgedIsInTheTopicOnce() throws Exception {
        long seed = Long.getLong("tidemark.intake.seed", System.nanoTime());
        System.out.printf("%d histories from -Dtidemark.intake.seed=%d%n", HISTORIES, seed);
        for (int i = 0; i < HISTORIES; i++) {
            spool = folder.resolve("history-" + i);
            new History(new Random(seed + i), "history " + i + " of seed " + seed).run();
        }
    }

    /** Events come and come again; Kafka answers, is silent, loses answers, fails; the collector crashes. */
    private final class History {
        private final Random random;
        private final String name;
        private final Map<String, List<CompletableFuture<Kept>>> asked = new LinkedHashMap<>();
        private int ids;

        History(Random random, String name) {
            this.random = random;
            this.name = name;
        }

        void run() throws Exception {
            kafka.log.clear();
            kafka.lose();
            Intake intake = start();
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(12)) {
                    case 0, 1, 2 -> ask(intake, "e" + ids++);
                    case 3, 4 -> ask(intake, "e" + random.nextInt(ids + 1));
                    case 5, 6 -> acknowledgeSome();
                    case 7 -> pass(Duration.ofMillis(random.nextInt(3_000)));
                    case 8 -> {
                        if (random.nextBoolean()) {
                            kafka.found();
                        }
                    }
                    case 9 -> {
                        if (random.nextInt(4) == 0) {
                            breakConnection();
                            crash();
                            intake = start();
                        }
                    }
                    case 10 -> {
                        if (kafka.unanswered() > 0 && random.nextInt(3) == 0) {
                            kafka.fail(new ClusterAuthorizationException("broken"));
                            breakConnection();
                        }
                    }
                    default -> intake.turn();
                }
            }
            for (int i = 0; i < 4; i++) {
                kafka.found();
                intake.turn();
                kafka.acknowledgeAll();
                intake.turn();
            }
            check(intake);
        }

        private Intake start() throws IOException {
            Intake started = IntakeTest.this.unconnected(new IntakeConfig(
                    FakeKafka.TOPIC, 1 << 20, spool, 1 << 20, PATIENCE, Duration.ofMinutes(10), 10_000));
            if (random.nextBoolean()) {
                kafka.found();
            }
            return started;
        }

        private void ask(Intake intake, String id) {
            asked.computeIfAbsent(id, each -> new ArrayList<>()).add(intake.accept(List.of(event(id))));
        }

        private void acknowledgeSome() {
            for (int i = random.nextInt(4); i > 0 && kafka.unanswered() > 0; i--) {
                kafka.acknowledge();
            }
        }

        /** Of what is on its way, the first some arrive. */
        private void breakConnection() {
            for (int i = random.nextInt(kafka.unanswered() + 1); i > 0; i--) {
                kafka.appendAndLoseAnswer();
            }
            kafka.lose();
        }

        private void check(Intake intake) {
            Set<String> once = new HashSet<>(kafka.log);
            assertThat(kafka.log).as(name).hasSameSizeAs(once);
            asked.forEach((id, answers) -> {
                if (answers.stream().anyMatch(each -> each.isDone() && !each.isCompletedExceptionally())) {
                    assertThat(once).as("%s, acknowledged", name).contains(id);
                }
            });
            assertThat(intake.pendingEvents()).as(name).isZero();
            assertThat(intake.spooledEvents()).as(name).isZero();
        }
    }

    private Intake intake() throws IOException {
        Intake intake = unconnected(config(1 << 20));
        kafka.found();
        intake.turn();
        return intake;
    }

    private IntakeConfig config(long spoolBytes) {
        return new IntakeConfig(FakeKafka.TOPIC, 1 << 20, spool, spoolBytes, PATIENCE, Duration.ofMinutes(10), 1_000);
    }

    private Intake unconnected(IntakeConfig config) throws IOException {
        Intake intake = Intake.unstarted(
                config, kafka, () -> nanos, Clock.fixed(Instant.ofEpochMilli(NOON), ZoneOffset.UTC), kafka.connector());
        open.add(intake);
        return intake;
    }

    /** What a crash leaves: the files of the spool as they are now. Its process is gone, so nothing more is done with it. */
    private void crash() throws IOException {
        Path left = folder.resolve("crash-" + ++crashes);
        Files.createDirectories(left);
        try (Stream<Path> files = Files.list(spool)) {
            for (Path each : (Iterable<Path>) files::iterator) {
                if (Files.isRegularFile(each)) {
                    Files.copy(each, left.resolve(each.getFileName()));
                }
            }
        }
        spool = left;
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private static NewEvent event(String id) {
        return new NewEvent(id, NOON, ("value of " + id).getBytes(UTF_8));
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
