package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.audit.Audit;
import io.tidemark.cli.audit.AuditOptions;
import io.tidemark.cli.audit.AuditReport;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark audit}. */
@Command(
        name = "audit",
        description = {
            "Check that every event is accounted for, and say where one is not. Changes nothing.",
            "For every source partition, each offset that was read is stored, rejected or absent, exactly once; for every"
                    + " closed window, the count by host is the sum by referrer and the number of stored events; every closed session"
                    + " is the one that the stored events make up."
        },
        footer = {
            "",
            "Late events that no aggregate or session job has read yet are a difference in their windows and sessions: let"
                    + " the jobs run.",
            "Exit codes: 0 all that was read is accounted for, 1 something is not, or the check failed, 2 wrong usage."
        })
final class AuditCommand implements Callable<Integer> {
    @Mixin
    private final DataFolder data = new DataFolder();

    @Mixin
    private final KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private final PostgresOptions postgres = new PostgresOptions();

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "30s",
            description =
                    "How long a difference has to stay the same to count: events may be on their way. Ends sooner if"
                            + " there is none; 0s looks once.")
    private Duration wait = AuditOptions.SETTLE;

    @Option(
            names = "--deep",
            showDefaultValue = Visibility.NEVER,
            description = "Read process_events_kafka too, and compare what is first seen there with what is stored.")
    private boolean deep;

    @Option(
            names = "--limit",
            paramLabel = "NUMBER",
            defaultValue = "20",
            converter = AtLeastOne.class,
            description = "How many differing windows to name; all are counted.")
    private int limit = AuditOptions.MOST;

    @Option(names = "--json", showDefaultValue = Visibility.NEVER, description = "Print JSON.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Optional<StackAddresses> running = Stack.running(data.path);
        KafkaSettings topics = kafka.chosenOr(running).orElseThrow(() -> nothingRuns("a Kafka (--kafka)"));
        StoreConfig store = postgres.chosenOr(running).orElseThrow(() -> nothingRuns("a database (--postgres)"));
        AuditReport report =
                new Audit(topics, PostgresOptions.reachable(store)).run(new AuditOptions(wait, deep, limit));
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        AuditView view = new AuditView(report);
        if (json) {
            view.printJson(out);
        } else {
            view.print(out);
        }
        return report.isClean() ? Main.DONE : Main.FAILED;
    }

    private StackException nothingRuns(String other) {
        return new StackException("Nothing runs on %s; start it with 'tidemark up', or name %s"
                .formatted(new Layout(data.path).data(), other));
    }
}
