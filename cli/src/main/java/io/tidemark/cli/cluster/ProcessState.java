package io.tidemark.cli.cluster;

import java.util.Locale;

/** What is known of a process of the cluster. */
public enum ProcessState {
    /** It has been started and does not answer yet. */
    STARTING,
    /** It has answered, and lives. */
    RUNNING,
    /** It has died, and is about to be started again. */
    DEAD;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
