package io.tidemark.cli;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.collect.http.Collector;
import io.tidemark.collect.http.CollectorConfig;
import io.tidemark.collect.intake.Intake;
import io.tidemark.collect.intake.IntakeConfig;
import io.tidemark.model.Topics;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.RequiredTopics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark collect}. */
@Command(
        name = "collect",
        description = {
            "Take page views of browsers and servers by HTTP, and send them to Kafka as web events, until Ctrl-C.",
            "An event is acknowledged once Kafka has it or, while Kafka is away, once it is on disk."
        })
final class CollectCommand implements Callable<Integer> {
    private static final long MEGABYTE = 1L << 20;

    @Mixin
    private final DataFolder data = new DataFolder();

    @Mixin
    private final CollectOptions collect = new CollectOptions();

    @Mixin
    private final KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private final TopicOptions topics = new TopicOptions();

    @Option(
            names = "--spool",
            paramLabel = "FOLDER",
            description = "Where events are kept while Kafka is away; by default the folder spool of the data folder.")
    private @Nullable Path spool;

    @Option(
            names = "--spool-size",
            paramLabel = "MB",
            defaultValue = "256",
            description = "How much may lie there; 0 is none, so that events are refused while Kafka is away.")
    private long spoolMegabytes = 256;

    @Option(
            names = "--repeats-for",
            paramLabel = "DURATION",
            converter = PositiveDuration.class,
            defaultValue = "10m",
            description =
                    "How long an event that comes again with the same id is known as a repeat, also after a restart.")
    private Duration repeatsFor = Duration.ofMinutes(10);

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        CollectorConfig config = collect.config();
        if (collect.isOpenToAll()) {
            err.println(
                    "tidemark: Anybody who reaches this machine can send events; --site takes only those with a key");
            err.flush();
        }
        KafkaSettings target = kafka.chosenOr(Stack.running(data.path))
                .orElseThrow(() ->
                        new StackException("Nothing runs on %s; start it with 'tidemark up', or name a Kafka (--kafka)"
                                .formatted(new Layout(data.path).data())));
        if (!new RequiredTopics(target).has(Topics.RAW)) {
            topics.create(target, err);
        }
        IntakeConfig usual = IntakeConfig.of(Topics.RAW, spool == null ? new Layout(data.path).spool() : spool);
        IntakeConfig intake = new IntakeConfig(
                usual.topic(),
                usual.queueBytes(),
                usual.spoolFolder(),
                spoolMegabytes * MEGABYTE,
                usual.spoolAfter(),
                repeatsFor,
                usual.repeatsAtMost());
        Collector collector = Collector.start(config, Intake.start(intake, target.toMap()));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(collector), "end-collect"));
        out.printf("Taking events at %s, for %s%n", collector.address(), target);
        String query = config.access().sites().isEmpty()
                ? ""
                : "?k=" + config.access().sites().get(0).key();
        out.printf(
                "  send one      curl -H 'Content-Type: application/json' -d '%s' '%s/api/event%s'%n",
                example(config), collector.address(), query);
        out.printf("  in a page     <script defer src=\"%s/t.js\"%s></script>%n", collector.address(), key(config));
        out.printf("  metrics       %s/metrics%n", collector.address());
        out.println("Ctrl-C ends it.");
        out.flush();
        new CountDownLatch(1).await();
        return Main.DONE;
    }

    private static String example(CollectorConfig config) {
        String host = config.access().sites().stream()
                .flatMap(site -> site.hosts().stream())
                .filter(each -> !each.startsWith("*"))
                .sorted()
                .findFirst()
                .orElse("example.org");
        return "{\"url\":\"https://%s/pricing\"}".formatted(host);
    }

    private static String key(CollectorConfig config) {
        return config.access().sites().isEmpty()
                ? ""
                : " data-key=\"%s\"".formatted(config.access().sites().get(0).key());
    }

    /** Ending by Ctrl-C is how this command is meant to end, so it is no failure. */
    private static void end(Collector collector) {
        try {
            collector.close();
            Runtime.getRuntime().halt(Main.DONE);
        } catch (IOException e) {
            System.err.println("tidemark: " + e.getMessage());
            Runtime.getRuntime().halt(Main.FAILED);
        }
    }
}
