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
    public void inject(Stage stage) throws Exception {
        List<ProcessHandle> living = stage.living(role);
        if (living.isEmpty()) {
            return;
        }
        ProcessHandle process = living.get(which % living.size());
        stop(process.pid());
        if (withChildren) {
            for (ProcessHandle child : process.descendants().toList()) {
                stop(child.pid());
            }
        }
    }

    private void stop(long pid) throws Exception {
        stopped.add(pid);
        Signal.STOP.to(pid);
    }

    @Override
    public void heal(Stage stage) throws Exception {
        for (long pid : stopped) {
            Signal.CONT.to(pid);
        }
    }
}
