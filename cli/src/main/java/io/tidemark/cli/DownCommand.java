package io.tidemark.cli;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tidemark down}. */
@Command(name = "down", description = "Stop what 'tidemark up' started on a data folder; all data is kept.")
final class DownCommand implements Callable<Integer> {
    private static final int LONGEST_STOP_SECONDS = 30;

    @Mixin
    private final DataFolder data = new DataFolder();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        Optional<StackAddresses> running = Stack.running(data.path);
        Optional<ProcessHandle> process = running.flatMap(addresses -> ProcessHandle.of(addresses.pid()));
        if (process.isEmpty()) {
            out.println("Nothing runs on " + new Layout(data.path).data());
            return Main.DONE;
        }
        long pid = process.get().pid();
        process.get().destroy();
        try {
            process.get().onExit().get(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "Process %d did not end within %d s; kill it with 'kill -9 %d'"
                            .formatted(pid, LONGEST_STOP_SECONDS, pid),
                    e);
        }
        out.println("Stopped process " + pid);
        return Main.DONE;
    }
}
