package io.tidemark.chaos.fault;

import io.tidemark.chaos.fault.Stage.Link;
import io.tidemark.chaos.proxy.Direction;
import io.tidemark.cli.cluster.Role;
import io.tidemark.cli.jobs.JobKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Every kind of fault; what exactly happens is chosen by random numbers. */
public enum FaultKind {
    KILL_TASK_MANAGER,
    KILL_JOB_MANAGER,
    KILL_BROKER,
    KILL_POSTMASTER,
    KILL_BACKEND,
    PAUSE_TASK_MANAGER,
    PAUSE_JOB_MANAGER,
    PAUSE_BROKER,
    PAUSE_POSTMASTER,
    PAUSE_BACKENDS,
    POSTGRES_RESET,
    POSTGRES_LATENCY,
    POSTGRES_CUT,
    KAFKA_RESET,
    KAFKA_LATENCY,
    KAFKA_CUT,
    COMMIT_ANSWER_LOST,
    SECOND_ENRICH,
    SECOND_AGGREGATE,
    SECOND_SESSION,
    CHECKPOINTS_AWAY,
    RESCALE,
    ROLLBACK;

    private static final double SHORTEST_PAUSE = 5;
    private static final double LONGEST_PAUSE = 60;

    /** Beyond what is waited for at most: 10 s for a heartbeat in Flink, 15 s for the rest of a transaction in Postgres. */
    private static final double SHORTEST_LONG_PAUSE = 12;

    private static final double LONGEST_LONG_PAUSE = 25;

    /** A fault of this kind. */
    public Fault make(RandomGenerator random) {
        return switch (this) {
            case KILL_TASK_MANAGER -> new KillProcess(Role.TASK_MANAGER, random.nextInt(16));
            case KILL_JOB_MANAGER -> new KillProcess(Role.JOB_MANAGER, 0);
            case KILL_BROKER -> new KillProcess(Role.KAFKA, 0);
            case KILL_POSTMASTER -> new KillProcess(Role.POSTGRES, 0);
            case KILL_BACKEND -> new KillBackend(random.nextInt(16));
            case PAUSE_TASK_MANAGER -> new PauseProcess(Role.TASK_MANAGER, random.nextInt(16), false, pause(random));
            case PAUSE_JOB_MANAGER -> new PauseProcess(Role.JOB_MANAGER, 0, false, pause(random));
            case PAUSE_BROKER -> new PauseProcess(Role.KAFKA, 0, false, pause(random));
            case PAUSE_POSTMASTER -> new PauseProcess(Role.POSTGRES, 0, random.nextBoolean(), pause(random));
            case PAUSE_BACKENDS -> new PauseBackends(pause(random));
            case POSTGRES_RESET -> new ResetLink(Link.POSTGRES, seconds(random, 0.05, 2));
            case POSTGRES_LATENCY -> new SlowLink(Link.POSTGRES, seconds(random, 0.02, 0.3), seconds(random, 3, 8));
            case POSTGRES_CUT -> cut(Link.POSTGRES, random);
            case KAFKA_RESET -> new ResetLink(Link.KAFKA, seconds(random, 0.05, 2));
            case KAFKA_LATENCY -> new SlowLink(Link.KAFKA, seconds(random, 0.02, 0.3), seconds(random, 3, 8));
            case KAFKA_CUT -> cut(Link.KAFKA, random);
            case COMMIT_ANSWER_LOST -> new LoseCommitAnswers(random.nextInt(1, 5), seconds(random, 2, 4));
            case SECOND_ENRICH -> new SecondCopy(JobKind.ENRICH, random.nextBoolean(), seconds(random, 3, 7));
            case SECOND_AGGREGATE -> new SecondCopy(JobKind.AGGREGATE, random.nextBoolean(), seconds(random, 3, 7));
            case SECOND_SESSION -> new SecondCopy(JobKind.SESSION, random.nextBoolean(), seconds(random, 3, 7));
            case CHECKPOINTS_AWAY -> new CheckpointsAway(seconds(random, 3, 10));
            case RESCALE -> new Rescale(kind(random), seconds(random, 1, 3));
            case ROLLBACK -> new Rollback(kind(random), seconds(random, 2, 5));
        };
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
                .orElseThrow(() ->
                        new IllegalArgumentException("There is no fault \"%s\"; there are %s, or several joined by +"
                                .formatted(
                                        name,
                                        Arrays.stream(values())
                                                .map(FaultKind::toString)
                                                .collect(Collectors.joining(", ")))));
    }

    /** Half of them 12 to 25 s; of the others most take little more than 5 s, and some up to a minute. 14 s on average. */
    private static Duration pause(RandomGenerator random) {
        if (random.nextBoolean()) {
            return seconds(random, SHORTEST_LONG_PAUSE, LONGEST_LONG_PAUSE);
        }
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
        JobKind[] kinds = JobKind.values();
        return kinds[random.nextInt(kinds.length)];
    }
}
