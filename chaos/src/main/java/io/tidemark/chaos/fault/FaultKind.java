package io.tidemark.chaos.fault;

import io.tidemark.chaos.fault.Stage.Link;
import io.tidemark.chaos.proxy.Direction;
import io.tidemark.cli.cluster.Role;
import io.tidemark.cli.jobs.JobKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Every kind of fault; what exactly happens is chosen by random numbers. */
public enum FaultKind {
    KILL_TASK_MANAGER(random -> new KillProcess(Role.TASK_MANAGER, random.nextInt(16))),
    KILL_JOB_MANAGER(random -> new KillProcess(Role.JOB_MANAGER, 0)),
    KILL_BROKER(random -> new KillProcess(Role.KAFKA, 0)),
    KILL_POSTMASTER(random -> new KillProcess(Role.POSTGRES, 0)),
    KILL_BACKEND(random -> new KillBackend(random.nextInt(16))),
    PAUSE_TASK_MANAGER(random -> new PauseProcess(Role.TASK_MANAGER, random.nextInt(16), false, pause(random))),
    PAUSE_JOB_MANAGER(random -> new PauseProcess(Role.JOB_MANAGER, 0, false, pause(random))),
    PAUSE_BROKER(random -> new PauseProcess(Role.KAFKA, 0, false, pause(random))),
    PAUSE_POSTMASTER(random -> new PauseProcess(Role.POSTGRES, 0, random.nextBoolean(), pause(random))),
    PAUSE_BACKENDS(random -> new PauseBackends(pause(random))),
    POSTGRES_RESET(random -> new ResetLink(Link.POSTGRES, seconds(random, 0.05, 2))),
    POSTGRES_LATENCY(random -> new SlowLink(Link.POSTGRES, seconds(random, 0.02, 0.3), seconds(random, 3, 8))),
    POSTGRES_CUT(random -> cut(Link.POSTGRES, random)),
    KAFKA_RESET(random -> new ResetLink(Link.KAFKA, seconds(random, 0.05, 2))),
    KAFKA_LATENCY(random -> new SlowLink(Link.KAFKA, seconds(random, 0.02, 0.3), seconds(random, 3, 8))),
    KAFKA_CUT(random -> cut(Link.KAFKA, random)),
    COMMIT_ANSWER_LOST(random -> new LoseCommitAnswers(random.nextInt(1, 5), seconds(random, 2, 4))),
    SECOND_ENRICH(random -> new SecondCopy(JobKind.ENRICH, random.nextBoolean(), seconds(random, 3, 7))),
    SECOND_AGGREGATE(random -> new SecondCopy(JobKind.AGGREGATE, random.nextBoolean(), seconds(random, 3, 7))),
    CHECKPOINTS_AWAY(random -> new CheckpointsAway(seconds(random, 3, 10))),
    RESCALE(random -> new Rescale(kind(random), seconds(random, 1, 3))),
    ROLLBACK(random -> new Rollback(kind(random), seconds(random, 2, 5)));

    private static final double SHORTEST_PAUSE = 5;
    private static final double LONGEST_PAUSE = 60;

    private final Function<RandomGenerator, Fault> make;

    FaultKind(Function<RandomGenerator, Fault> make) {
        this.make = make;
    }

    /** A fault of this kind. */
    public Fault make(RandomGenerator random) {
        return make.apply(random);
    }

    /** Lower case with hyphens. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The kinds of a list such as {@code kill-broker+postgres-cut}.
     *
     * @throws IllegalArgumentException if there is no such kind
     */
    public static List<FaultKind> parse(String names) {
        return Arrays.stream(names.split("\\+", -1)).map(FaultKind::one).toList();
    }

    private static FaultKind one(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.toString().equals(name.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no fault \"%s\"; there are %s, or several joined by +"
                        .formatted(
                                name,
                                Arrays.stream(values()).map(FaultKind::toString).collect(Collectors.joining(", ")))));
    }

    /** Mostly little more than 5 s, and up to a minute: 10 s on average. */
    private static Duration pause(RandomGenerator random) {
        double skewed = Math.pow(random.nextDouble(), 10);
        return millis(SHORTEST_PAUSE + (LONGEST_PAUSE - SHORTEST_PAUSE) * skewed);
    }

    private static Duration seconds(RandomGenerator random, double low, double high) {
        return millis(random.nextDouble(low, high));
    }

    private static Duration millis(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1_000));
    }

    private static Fault cut(Link link, RandomGenerator random) {
        Direction direction = random.nextBoolean() ? Direction.REQUESTS : Direction.ANSWERS;
        return new CutLink(link, direction, random.nextBoolean(), seconds(random, 2, 12));
    }

    private static JobKind kind(RandomGenerator random) {
        return random.nextBoolean() ? JobKind.ENRICH : JobKind.AGGREGATE;
    }
}
