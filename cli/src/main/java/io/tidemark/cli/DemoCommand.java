package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackConfig;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobLauncher;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.cli.jobs.RunningJob;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.cli.jobs.Target;
import io.tidemark.collect.RawProducer;
import io.tidemark.collect.SendFailedException;
import io.tidemark.collect.Ticker;
import io.tidemark.collect.traffic.PacedSender;
import io.tidemark.collect.traffic.TrafficSource;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.StoreException;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.enrich.EnrichJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark demo}. */
@Command(
        name = "demo",
        description = {
            "See it at work: the embedded stack in a temporary folder, generated traffic, all jobs, live numbers.",
            "Ctrl-C ends it; nothing is kept, but for what goes to servers of your own (--kafka, --postgres)."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration DRAIN = Duration.ofSeconds(4);
    private static final int END_SECONDS = 8;

    @Option(
            names = "--rate",
            paramLabel = "N",
            converter = AtLeastOne.class,
            defaultValue = "500",
            description = "Events a second.")
    private int rate = 500;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = PositiveDuration.class,
            description = "End after that time; by default at Ctrl-C.")
    private @Nullable Duration length;

    @Option(
            names = "--window",
            paramLabel = "DURATION",
            converter = PositiveDuration.class,
            defaultValue = "10s",
            description = "Size of the windows.")
    private Duration window = Duration.ofSeconds(10);

    @Option(
            names = "--watermark",
            paramLabel = "DURATION",
            defaultValue = "5s",
            description = "How far the watermark stays behind the newest event.")
    private Duration watermark = Duration.ofSeconds(5);

    @Option(
            names = "--rollup-every",
            paramLabel = "DURATION",
            converter = AutomaticRollups.Pause.class,
            defaultValue = "1m",
            description = "Roll up to hours, days and months by itself, with that pause in between; off leaves it out.")
    private Duration rollupPause = Duration.ofMinutes(1);

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "The same seed, the same traffic.")
    private long seed = 1;

    @Mixin
    private final KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private final PostgresOptions postgres = new PostgresOptions();

    @Mixin
    private final TopicOptions topics = new TopicOptions();

    @Mixin
    private final JobSettings settings = new JobSettings();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        JobOptions options =
                settings.options().withWindow(window).withWatermark(watermark).requireFit();
        long started = System.nanoTime();
        External external =
                OwnServers.reachable(kafka, postgres, topics, spec.commandLine().getErr());
        out.println(OwnServers.starting(external));
        out.flush();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        try (TemporaryFolder folder = TemporaryFolder.unless(null);
                Stack stack = Stack.start(
                        StackConfig.at(folder.path())
                                .withPartitions(topics.partitions())
                                .withParallelism(settings.parallelism())
                                .withExternal(external),
                        folder::close)) {
            EnrichJob.warmUp();
            stack.afterExit(() -> end(folder));
            Runnable endRollups = () -> {};
            try {
                Target target = Target.of(stack);
                JobLauncher launcher = new JobLauncher(target);
                launcher.migrate();
                Submitted enrich = launcher.submit(JobKind.ENRICH, options);
                Submitted aggregate = launcher.submit(JobKind.AGGREGATE, options);
                Optional<Submitted> session =
                        settings.sessions() ? Optional.of(launcher.submit(JobKind.SESSION, options)) : Optional.empty();
                RunningJob.awaitRunning(enrich);
                RunningJob.awaitRunning(aggregate);
                if (session.isPresent()) {
                    RunningJob.awaitRunning(session.get());
                }
                banner(out, stack.addresses(), enrich, aggregate, session, (System.nanoTime() - started) / 1e9);
                settings.adviseOnGeo(out);
                endRollups = AutomaticRollups.start(stack, rollupPause);
                StatusView view = new StatusView(out, window);
                stack.beforeExit(() -> endSoon(view, asked, ended));
                try (LiveStatus status =
                        new LiveStatus(target.store(), enrich, aggregate, TumblingWindows.of(window))) {
                    show(view, stack.kafka(), status, asked);
                }
            } finally {
                endRollups.run();
                // Before the stack is closed, which waits while the end of the process waits for this.
                ended.countDown();
            }
        }
        return Main.DONE;
    }

    private void show(StatusView view, KafkaSettings target, LiveStatus status, CountDownLatch asked)
            throws SendFailedException, InterruptedException {
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        try (Producer<byte[], byte[]> producer = RawProducer.open(target.toMap())) {
            PacedSender sender = new PacedSender(
                    producer, Topics.RAW, new TrafficSource(seed, Clock.systemUTC()), rate, Ticker.system());
            Thread traffic = new Thread(() -> send(sender, failure, asked), "traffic");
            traffic.start();
            long deadline = length == null ? Long.MAX_VALUE : System.nanoTime() + length.toNanos();
            boolean over = false;
            while (!over) {
                over = asked.await(1, TimeUnit.SECONDS) || System.nanoTime() >= deadline;
                if (!over) {
                    look(view, status, sender);
                }
            }
            sender.stop();
            traffic.join();
            Exception failed = failure.get();
            if (failed instanceof SendFailedException sendFailed) {
                throw sendFailed;
            }
            drain(view, status, sender.sent());
        }
    }

    /** Postgres that is away is waited for, as the jobs do. */
    private static void look(StatusView view, LiveStatus status, PacedSender sender) throws InterruptedException {
        try {
            view.show(status.take(sender.sent()));
        } catch (StoreException e) {
            view.waiting(sender.sent(), e.getMessage());
        }
    }

    private static void send(PacedSender sender, AtomicReference<@Nullable Exception> failure, CountDownLatch asked) {
        try {
            sender.run();
        } catch (SendFailedException e) {
            failure.set(e);
            asked.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits a little until all that was sent is accounted for. */
    private static void drain(StatusView view, LiveStatus status, long sent) throws InterruptedException {
        long deadline = System.nanoTime() + DRAIN.toNanos();
        LiveStatus.Status last = status.take(sent);
        while (!last.isAccountedFor() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(200);
            last = status.take(sent);
        }
        view.end(last);
    }

    private static void endSoon(StatusView view, CountDownLatch asked, CountDownLatch ended) {
        view.stopping();
        asked.countDown();
        try {
            if (!ended.await(END_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ctrl-C is how the demo is meant to end, so it is no failure. */
    private static void end(TemporaryFolder folder) {
        folder.close();
        Runtime.getRuntime().halt(Main.DONE);
    }

    private void banner(
            PrintWriter out,
            StackAddresses stack,
            Submitted enrich,
            Submitted aggregate,
            Optional<Submitted> session,
            double seconds) {
        out.printf(
                "Tidemark is up after %.1f s: %,d events/s go in, windows of %s.%n",
                seconds, rate, Durations.show(window));
        out.printf("  Flink       %s%n", stack.flinkPage());
        out.printf("  enrich      %s%n", enrich.page());
        out.printf("  aggregate   %s%n", aggregate.page());
        session.ifPresent(each -> out.printf("  session     %s%n", each.page()));
        out.printf("  Kafka       %s%n", stack.bootstrap());
        out.printf("  PostgreSQL  %s%n", stack.postgresUrl());
        OwnServers.printPassword(out, stack);
        out.printf("%s%n", length == null ? "Ctrl-C ends it." : "It ends after " + Durations.show(length) + ".");
        out.flush();
    }
}
