package io.tidemark.cli.cluster;

import java.util.Locale;

/** What a process of the cluster is. */
public enum Role {
    JOB_MANAGER,
    TASK_MANAGER,
    KAFKA,
    POSTGRES;

    /** As people read it, and as files are named: {@code task-manager}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
