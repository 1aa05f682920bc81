package io.tidemark.chaos.fault;

import java.time.Duration;
import java.util.List;

/** SIGSTOP of the processes of Postgres that serve the jobs: open transactions keep their locks meanwhile. */
final class PauseBackends implements Fault {
    private final Duration lasts;
    private List<Long> stopped = List.of();

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
    public Effect inject(Stage stage) throws Exception {
        Backends backends = Backends.ofJobs(stage.database());
        stopped = backends.pids();
        List<Long> reached = Signal.STOP.toAll(stopped);
        if (reached.isEmpty()) {
            return Effect.none(stopped.isEmpty() ? backends.whyNone() : stopped + " had ended");
        }
        return Effect.of("stopped " + reached);
    }

    @Override
    public Effect heal(Stage stage) throws Exception {
        Signal.CONT.toAll(stopped);
        return Effect.NONE;
    }
}
