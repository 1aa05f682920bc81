package io.tidemark.collect.intake;

import static io.tidemark.collect.intake.IntakeWorld.event;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;

/** Events come and come again; Kafka answers, is silent, loses answers, fails; the collector crashes. */
final class IntakeHistory {
    private static final int STEPS = 120;

    private final IntakeWorld world;
    private final Random random;
    private final String name;
    private final Map<String, List<CompletableFuture<Kept>>> asked = new LinkedHashMap<>();
    private int ids;

    IntakeHistory(IntakeWorld world, Random random, String name) {
        this.world = world;
        this.random = random;
        this.name = name;
    }

    void run() throws Exception {
        Intake intake = start();
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(13)) {
                case 0, 1, 2 -> ask(intake, "e" + ids++);
                case 3, 4 -> ask(intake, "e" + random.nextInt(ids + 1));
                case 5, 6 -> acknowledgeSome();
                case 7 -> world.pass(Duration.ofMillis(random.nextInt(3_000)));
                case 8 -> {
                    if (random.nextBoolean()) {
                        world.kafka.found();
                    }
                }
                case 9 -> {
                    if (random.nextInt(4) == 0) {
                        breakConnection();
                        world.crash();
                        intake = start();
                    }
                }
                case 10 -> {
                    if (world.kafka.unanswered() > 0 && random.nextInt(3) == 0) {
                        world.kafka.fail(new ClusterAuthorizationException("broken"));
                        breakConnection();
                    }
                }
                case 11 -> world.kafka.giveUp(new TimeoutException("closed"));
                default -> intake.turn();
            }
        }
        for (int i = 0; i < 4; i++) {
            world.kafka.found();
            intake.turn();
            world.kafka.acknowledgeAll();
            intake.turn();
        }
        check(intake);
    }

    private Intake start() throws IOException {
        Intake started = world.unconnected();
        if (random.nextBoolean()) {
            world.kafka.found();
        }
        return started;
    }

    private void ask(Intake intake, String id) {
        asked.computeIfAbsent(id, each -> new ArrayList<>()).add(intake.accept(List.of(event(id))));
    }

    private void acknowledgeSome() {
        for (int i = random.nextInt(4); i > 0 && world.kafka.unanswered() > 0; i--) {
            world.kafka.acknowledge();
        }
    }

    /** Of what is on its way, the first some arrive. */
    private void breakConnection() {
        for (int i = random.nextInt(world.kafka.unanswered() + 1); i > 0; i--) {
            world.kafka.appendAndLoseAnswer();
        }
        world.kafka.lose();
    }

    private void check(Intake intake) {
        Set<String> once = new HashSet<>(world.kafka.log);
        assertThat(world.kafka.log).as(name).hasSameSizeAs(once);
        asked.forEach((id, answers) -> {
            if (answers.stream().anyMatch(each -> each.isDone() && !each.isCompletedExceptionally())) {
                assertThat(once).as("%s, acknowledged", name).contains(id);
            }
        });
        assertThat(intake.pendingEvents()).as(name).isZero();
        assertThat(intake.spooledEvents()).as(name).isZero();
    }
}
