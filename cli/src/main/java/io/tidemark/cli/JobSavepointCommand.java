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

/** {@code tidemark job savepoint}. */
@Command(name = "savepoint", description = "Take a savepoint of a job, which goes on meanwhile and afterwards.")
final class JobSavepointCommand implements Callable<Integer> {
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
        RestorePoint savepoint = new JobControl(place.flink()).savepoint(wanted, savepoints.path);
        place.registry().noteSavepoint(wanted, savepoint);
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        out.printf("%s goes on%n  savepoint  %s%n", wanted.jobName(), savepoint);
        out.printf("To go back to it: 'tidemark job stop %1$s', then 'tidemark job %1$s --savepoint ...'%n", wanted);
        out.flush();
        return Main.DONE;
    }
}
