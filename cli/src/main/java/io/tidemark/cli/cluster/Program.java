package io.tidemark.cli.cluster;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How one process of the cluster is started and stopped, as often as need be. */
interface Program {
    Role role();

    int index();

    /** Where it is reached; 0 for one that only calls others. */
    int port();

    /**
     * Starts it.
     *
     * @throws IOException if it does not start, with a message for people
     */
    ProcessHandle start() throws IOException;

    /** Whether it does its work by now. */
    boolean answers();

    /**
     * Asks it to end.
     *
     * @param process the one that was started; null if no start has come to its end
     */
    void end(@Nullable ProcessHandle process);
}
