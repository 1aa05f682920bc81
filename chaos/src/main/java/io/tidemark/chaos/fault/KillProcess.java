package io.tidemark.chaos.fault;

import io.tidemark.cli.cluster.Role;
import java.time.Duration;
import java.util.List;

/** {@code kill -9} of a process; its supervisor starts it again. */
record KillProcess(Role role, int which) implements Fault {
    @Override
    public String describe() {
        return "kill -9 of " + role;
    }

    @Override
    public Duration lasts() {
        return Duration.ZERO;
    }

    @Override
    public Effect inject(Stage stage) throws Exception {
        List<ProcessHandle> living = stage.living(role);
        return living.isEmpty()
                ? Effect.none("no " + role + " lives")
                : Signal.kill(living.get(which % living.size()).pid());
    }

    @Override
    public Effect heal(Stage stage) {
        return Effect.NONE;
    }
}
