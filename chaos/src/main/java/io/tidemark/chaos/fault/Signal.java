package io.tidemark.chaos.fault;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signals as the program {@code kill} sends them. */
enum Signal {
    KILL,
    STOP,
    CONT;

    private static final Logger LOG = LoggerFactory.getLogger(Signal.class);
    private static final int PATIENCE_SECONDS = 10;

    /** Sends it; false if the process could not be sent it, as one that has ended meanwhile. */
    boolean to(long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name(), Long.toString(pid))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        boolean sent = kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && kill.exitValue() == 0;
        if (!sent) {
            LOG.info("Process {} could not be sent {}", pid, this);
        }
        return sent;
    }

    /** Kills a process. */
    static Effect kill(long pid) throws IOException, InterruptedException {
        return KILL.to(pid) ? Effect.of("killed " + pid) : Effect.none(pid + " had ended");
    }

    /** Sends it to all; returns those that got it. */
    List<Long> toAll(List<Long> pids) throws IOException, InterruptedException {
        List<Long> reached = new ArrayList<>();
        for (long pid : pids) {
            if (to(pid)) {
                reached.add(pid);
            }
        }
        return reached;
    }
}
