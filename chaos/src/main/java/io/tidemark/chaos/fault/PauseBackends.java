package io.tidemark.chaos.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** SIGSTOP of the processes of Postgres that serve the jobs: open transactions keep their locks meanwhile. */
final class PauseBackends implements Fault {
    private final Duration lasts;
    private final List<Long> stopped = new ArrayList<>();

    PauseBackends(Duration lasts) {
        this.lasts = lasts;
    }

    @Override
    public String describe() {
        return "SIGSTOP of all Postgres backends of the jobs for %d ms".formatted(lasts.toMillis());
    }

    @Override
    public Duration lasts() {
        return lasts;
    }

    @Override
    public void inject(Stage stage) throws Exception {
        for (long pid : Backends.ofJobs(stage.database())) {
            stopped.add(pid);
            Signal.STOP.to(pid);
        }
    }

    @Override
    public void heal(Stage stage) throws Exception {
        for (long pid : stopped) {
            Signal.CONT.to(pid);
        }
    }
}
