package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemark cluster}. */
@Command(
        name = "cluster",
        synopsisSubcommandLabel = "(start | status | stop)",
        subcommands = {ClusterStartCommand.class, ClusterStatusCommand.class, ClusterStopCommand.class},
        description = {
            "Run Kafka, PostgreSQL, a Flink JobManager and TaskManagers as processes of their own on this machine.",
            "With --kafka or --postgres, use yours instead of starting one.",
            "A supervisor in the background starts again whatever dies. 'job', 'import' and 'sql' use it as they use 'up'."
        })
final class ClusterCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                requireNonNull(spec).commandLine(), "A word is missing after cluster: start, status or stop");
    }
}
