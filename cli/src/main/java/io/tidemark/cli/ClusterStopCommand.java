package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.cluster.ClusterFile;
import io.tidemark.cli.embedded.Layout;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tidemark cluster stop}. */
@Command(
        name = "stop",
        description = "Stop Flink, Kafka and PostgreSQL, in this order; all data is kept. Jobs that run now go on with"
                + " the next start.")
final class ClusterStopCommand implements Callable<Integer> {
    private static final Duration LONGEST_STOP = Duration.ofSeconds(75);

    @Mixin
    private final DataFolder data = new DataFolder();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        Layout layout = new Layout(data.path);
        Optional<ClusterFile> file = ClusterFile.read(layout);
        if (file.isEmpty()) {
            out.println("No cluster runs on " + layout.data());
            return Main.DONE;
        }
        Optional<ProcessHandle> supervisor = file.get().findSupervisor();
        if (supervisor.isPresent()) {
            supervisor.get().destroy();
            if (!Cluster.awaitEnd(supervisor.get(), LONGEST_STOP)) {
                supervisor.get().destroyForcibly();
                boolean gone = Cluster.awaitEnd(supervisor.get(), LONGEST_STOP);
                out.printf("The supervisor did not end by itself and was killed%s%n", gone ? "" : ", in vain");
            }
        }
        int left = Cluster.endLeftovers(data.path);
        if (left > 0) {
            out.printf("Ended %d processes that a killed supervisor had left%n", left);
        }
        out.printf("Stopped the cluster on %s%n", layout.data());
        out.flush();
        return Main.DONE;
    }
}
