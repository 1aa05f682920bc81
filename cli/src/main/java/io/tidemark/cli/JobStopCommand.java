package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.jobs.JobControl;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.RestorePoint;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark job stop}. */
@Command(
        name = "stop",
        description = "Stop a job with a savepoint; 'tidemark job JOB' lets it go on from there, also with another"
                + " --parallelism.")
final class JobStopCommand implements Callable<Integer> {
    @Parameters(paramLabel = "JOB", description = "enrich, aggregate or session.")
    private @Nullable JobKind kind;

    @Mixin
    private final JobPlace place = new JobPlace();

    @Mixin
    private final SavepointFolder savepoints = new SavepointFolder();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        JobKind wanted = requireNonNull(kind);
        RestorePoint savepoint = new JobControl(place.flink()).stopWithSavepoint(wanted, savepoints.path);
        place.registry().noteStopped(wanted, savepoint);
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        out.printf("%s has stopped%n  savepoint  %s%n", wanted.jobName(), savepoint);
        out.printf("'tidemark job %s' goes on from there%n", wanted);
        out.flush();
        return Main.DONE;
    }
}
