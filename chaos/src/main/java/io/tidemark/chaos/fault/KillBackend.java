package io.tidemark.chaos.fault;

import java.time.Duration;
import java.util.List;

/** {@code kill -9} of a process of Postgres that serves a job: Postgres ends all sessions and recovers as after a crash. */
record KillBackend(int which) implements Fault {
    @Override
    public String describe() {
        return "kill -9 of a Postgres backend of the jobs";
    }

    @Override
    public Duration lasts() {
        return Duration.ZERO;
    }

    @Override
    public Effect inject(Stage stage) throws Exception {
        Backends backends = Backends.ofJobs(stage.database());
        List<Long> pids = backends.pids();
        return pids.isEmpty() ? Effect.none(backends.whyNone()) : Signal.kill(pids.get(which % pids.size()));
    }

    @Override
    public Effect heal(Stage stage) {
        return Effect.NONE;
    }
}
