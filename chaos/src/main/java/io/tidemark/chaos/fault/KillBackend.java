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
    public void inject(Stage stage) throws Exception {
        List<Long> backends = Backends.ofJobs(stage.database());
        if (!backends.isEmpty()) {
            Signal.KILL.to(backends.get(which % backends.size()));
        }
    }

    @Override
    public void heal(Stage stage) {}
}
