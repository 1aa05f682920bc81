package io.tidemark.chaos.fault;

import java.io.IOException;
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

    /** Sends it; a process that has ended meanwhile does not matter. */
    void to(long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name(), Long.toString(pid))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            LOG.debug("Process {} could not be sent {}", pid, this);
        }
    }
}
