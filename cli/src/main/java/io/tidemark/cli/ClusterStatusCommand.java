package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.cluster.ClusterFile;
import io.tidemark.cli.cluster.ProcessInfo;
import io.tidemark.cli.cluster.ProcessState;
import io.tidemark.cli.cluster.Role;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.jobs.FlinkRest;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobRecord;
import io.tidemark.cli.jobs.JobRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.JobStatus;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tidemark cluster status}. */
@Command(
        name = "status",
        description = "Show each process and job. Exit code 0 if all are well, 1 if not, or if nothing runs.")
final class ClusterStatusCommand implements Callable<Integer> {
    @Mixin
    private final DataFolder data = new DataFolder();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        Layout layout = new Layout(data.path);
        Optional<ClusterFile> file = ClusterFile.read(layout);
        if (file.isEmpty()) {
            out.println("No cluster runs on " + layout.data());
            return Main.FAILED;
        }
        boolean supervised = file.get().findSupervisor().isPresent();
        out.printf("%-16s %8s %6s %-9s %8s %10s%n", "process", "pid", "port", "state", "restarts", "up");
        out.printf(
                "%-16s %8d %6s %-9s %8s %10s%n",
                "supervisor",
                file.get().supervisor(),
                "-",
                supervised ? "running" : "dead",
                "-",
                supervised ? since(file.get().supervisorStartedAtMillis()) : "-");
        boolean well = supervised;
        for (ProcessInfo process : file.get().processes()) {
            boolean lives = process.find().isPresent();
            ProcessState state = lives ? process.state() : ProcessState.DEAD;
            well &= state == ProcessState.RUNNING;
            out.printf(
                    "%-16s %8d %6s %-9s %8d %10s%n",
                    process.name(),
                    process.pid(),
                    process.port() == 0 ? "-" : Integer.toString(process.port()),
                    state,
                    process.restarts(),
                    lives ? since(process.startedAtMillis()) : "-");
        }
        Optional<StackAddresses> addresses = Stack.announced(data.path);
        addresses
                .filter(StackAddresses::externalKafka)
                .ifPresent(each -> out.printf("%-16s yours: %s%n", Role.KAFKA, each.bootstrap()));
        addresses
                .filter(StackAddresses::externalPostgres)
                .ifPresent(each -> out.printf("%-16s yours: %s%n", Role.POSTGRES, each.postgresUrl()));
        well &= jobs(out, layout, addresses);
        out.flush();
        return well ? Main.DONE : Main.FAILED;
    }

    private static boolean jobs(PrintWriter out, Layout layout, Optional<StackAddresses> addresses) {
        if (addresses.isEmpty()) {
            return false;
        }
        List<FlinkRest.KnownJob> known = new ArrayList<>();
        try {
            known.addAll(new FlinkRest(addresses.get().flink()).jobs());
        } catch (IOException e) {
            out.println(e.getMessage());
            return false;
        }
        boolean well = true;
        for (JobKind kind : JobKind.values()) {
            Optional<JobRecord> remembered = new JobRegistry(layout).find(kind);
            Optional<FlinkRest.KnownJob> alive = known.stream()
                    .filter(job ->
                            job.name().equals(kind.jobName()) && !job.state().isGloballyTerminalState())
                    .findFirst();
            boolean wanted = remembered.isPresent() && !remembered.get().stopped();
            boolean runs = alive.filter(job -> job.state() == JobStatus.RUNNING).isPresent();
            well &= runs || !wanted;
            if (alive.isPresent() || remembered.isPresent()) {
                String state = alive.map(job -> job.state().name().toLowerCase(Locale.ROOT))
                        .orElse(wanted ? "not there" : "stopped");
                out.printf(
                        "%-16s %-32s %s%n",
                        kind.jobName().replace("tidemark-", "job "),
                        alive.map(FlinkRest.KnownJob::id).orElse("-"),
                        state);
            }
        }
        return well;
    }

    private static String since(long millis) {
        return Durations.show(Duration.ofSeconds((Clock.systemUTC().millis() - millis) / 1000));
    }
}
