package io.tidemark.chaos.fault;

import io.tidemark.cli.cluster.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** SIGSTOP of a process for a while: it hangs, and then goes on as if no time had passed. */
final class PauseProcess implements Fault {
    private final Role role;
    private final int which;
    private final boolean withChildren;
    private final Duration lasts;
    private final List<Long> stopped = new ArrayList<>();

    PauseProcess(Role role, int which, boolean withChildren, Duration lasts) {
        this.role = role;
        this.which = which;
        this.withChildren = withChildren;
        this.lasts = lasts;
    }

    @Override
    public String describe() {
        return "SIGSTOP of %s%s for %d ms"
                .formatted(role, withChildren ? " and all its children" : "", lasts.toMillis());
    }

    @Override
    public Duration lasts() {
        return lasts;
    }

    @Override
    public Effect inject(Stage stage) throws Exception {
        List<ProcessHandle> living = stage.living(role);
        if (living.isEmpty()) {
            return Effect.none("no " + role + " lives");
        }
        ProcessHandle process = living.get(which % living.size());
        stopped.add(process.pid());
        if (!Signal.STOP.to(process.pid())) {
            return Effect.none(process.pid() + " had ended");
        }
        if (withChildren) {
            List<Long> children = process.descendants().map(ProcessHandle::pid).toList();
            stopped.addAll(children);
            return Effect.of("stopped " + process.pid() + " and " + Signal.STOP.toAll(children));
        }
        return Effect.of("stopped " + process.pid());
    }

    @Override
    public Effect heal(Stage stage) throws Exception {
        Signal.CONT.toAll(stopped);
        return Effect.NONE;
    }
}
