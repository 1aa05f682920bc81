package io.tidemark.cli.cluster;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.Optional;

/**
 * A process of the cluster.
 *
 * @param index from 0 on among those of its role
 * @param pid 0 before its first start
 * @param startedAtMillis since the epoch; tells the process from a later one with the same number
 * @param port on which it is reached; 0 for one that only calls others
 * @param restarts how often it was started again
 */
public record ProcessInfo(
        Role role, int index, long pid, long startedAtMillis, int port, ProcessState state, int restarts) {
    public ProcessInfo {
        requireNonNull(role, "role is null");
        requireNonNull(state, "state is null");
    }

    /** {@code kafka}, {@code task-manager-0}. */
    @JsonIgnore
    public String name() {
        return role == Role.TASK_MANAGER ? role + "-" + index : role.toString();
    }

    /** The process, if it still lives. */
    public Optional<ProcessHandle> find() {
        return pid == 0
                ? Optional.empty()
                : ProcessHandle.of(pid)
                        .filter(process -> startOf(process).toEpochMilli() == startedAtMillis)
                        .filter(Processes::lives);
    }

    static Instant startOf(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }
}
