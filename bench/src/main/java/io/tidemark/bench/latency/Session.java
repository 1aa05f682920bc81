package io.tidemark.bench.latency;

import static java.util.Objects.requireNonNull;

import com.sun.management.OperatingSystemMXBean;
import io.tidemark.bench.input.Workload;
import io.tidemark.collect.RawProducer;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.Producer;

/** Loads on one running system, one after the other, watched from outside. For one thread. */
final class Session implements AutoCloseable {
    private static final Duration LEAD = Duration.ofMillis(500);
    private static final Duration SAMPLE_EVERY = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Progress is told once a second. */
    private static final long PROGRESS_SLACK_MILLIS = 1_500;

    /** A trial in which rows or windows are that far behind need not go on. */
    private static final double HOPELESS_SECONDS = 5;

    private final Product product;
    private final Options options;
    private final LongSupplier clock = new SteadyClock(Clock.systemUTC());
    private final Producer<byte[], byte[]> producer;
    private final HostCounts counts;
    private final Generator generator;
    private final Results results;
    private final TumblingWindows windows;
    private final ExecutorService sender = Executors.newSingleThreadExecutor();
    private final OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /**
     * How it is measured.
     *
     * @param window size of the windows
     * @param delay how far the watermark stays behind the newest event
     * @param poll how often is looked for what is there
     * @param largestSlip by which at most one event in a thousand may be sent late
     */
    record Options(Duration window, Duration delay, String aggregates, Duration poll, Duration largestSlip) {}

    /** @param workload from which events are taken, in turn from its beginning again */
    Session(Product product, Workload workload, Options options) throws Exception {
        this.product = product;
        this.options = options;
        this.windows = TumblingWindows.of(options.window());
        String bootstrap = product.addresses().bootstrap();
        TopicDescription topic;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            topic = requireNonNull(
                    admin.describeTopics(List.of(Topics.RAW))
                            .allTopicNames()
                            .get()
                            .get(Topics.RAW),
                    Topics.RAW);
        }
        int partitions = topic.partitions().size();
        UUID topicId = new UUID(
                topic.topicId().getMostSignificantBits(), topic.topicId().getLeastSignificantBits());
        EventPool pool = new EventPool(workload);
        this.counts = new HostCounts(windows, pool.hosts());
        this.producer = RawProducer.open(Map.of("bootstrap.servers", bootstrap));
        this.generator = Generator.inRealTime(pool, producer, partitions, counts, clock);
        this.results = new Results(product.addresses().store(), topicId, partitions);
    }

    /** What is known while a load is on. */
    private record Run(
            Load load,
            Schedule schedule,
            Load.Span measured,
            EventLatencies events,
            WindowLatencies windows,
            List<Lag> lags,
            List<Double> busy) {}

    /**
     * Puts a load on the system, and returns when all of it is there.
     *
     * @param giveUp whether to end early when the system is hopelessly behind
     */
    Result run(Load load, boolean giveUp) throws Exception {
        long start = clock.getAsLong() + LEAD.toNanos();
        Load.Span measured = load.measured(start);
        Run run = new Run(
                load,
                load.startingAt(start),
                measured,
                new EventLatencies(measured, results.nextOffsets()),
                new WindowLatencies(windows, options.delay(), measured),
                new ArrayList<>(),
                new ArrayList<>());
        long before = generator.sent();
        Future<Histogram> slip = sender.submit(() ->
                generator.run(run.schedule(), load.events(), measured, run.events()::sent, run.windows()::closed));
        long nextSample = start;
        while (!slip.isDone()) {
            long now = look(run);
            if (now >= nextSample) {
                nextSample = now + SAMPLE_EVERY.toNanos();
                if (isHopeless(sample(run), run) && giveUp) {
                    generator.stop();
                }
            }
        }
        Histogram slipMicros = outcome(slip);
        long sent = generator.sent() - before;
        String undrained = drain(run, sent);
        String behind = new Lags(run.lags(), load.eventsPerSecond()).fault();
        return new Result(
                load,
                run.events().micros(),
                run.windows().micros(),
                run.windows().windows(),
                slipMicros,
                run.lags(),
                run.busy().stream().mapToDouble(Double::doubleValue).average().orElse(-1),
                sent < load.events() && behind.isEmpty() ? "hopelessly behind" : behind,
                undrained.isEmpty() ? fault(run, slipMicros) : undrained);
    }

    private static <T> T outcome(Future<T> done) throws Exception {
        try {
            return done.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The load could not be sent: " + e.getMessage(), e);
        }
    }

    /** Sees what is there; returns when that was, nanoseconds since the epoch, after a pause until it is time again. */
    private long look(Run run) throws SQLException {
        long begun = clock.getAsLong();
        long[] next = results.nextOffsets();
        long seen = clock.getAsLong();
        for (int partition = 0; partition < next.length; partition++) {
            run.events().visible(partition, next[partition], seen);
        }
        for (long window : run.windows().awaited(clock.getAsLong())) {
            run.windows().seen(window, results.window(window), clock.getAsLong());
        }
        long left = begun + options.poll().toNanos() - clock.getAsLong();
        if (left > 0) {
            LockSupport.parkNanos(left);
        }
        return clock.getAsLong();
    }

    private Lag sample(Run run) throws SQLException {
        OptionalLong progress = results.progress();
        long now = clock.getAsLong();
        double windowsSeconds =
                progress.isEmpty() ? 0 : now / 1e9 - options.delay().toMillis() / 1e3 - progress.getAsLong() / 1e3;
        long due = Math.min(run.schedule().dueBy(now), run.load().events());
        Lag lag = new Lag(now, due - run.events().visible(), windowsSeconds);
        double busy = machine.getCpuLoad();
        if (run.measured().holds(now)) {
            run.lags().add(lag);
            run.busy().add(busy);
        }
        return lag;
    }

    /** Not before it is measured: what was left from before, or was never compiled yet, takes its time. */
    private static boolean isHopeless(Lag lag, Run run) {
        return run.measured().holds(lag.atNanos())
                && (lag.events() > HOPELESS_SECONDS * run.load().eventsPerSecond()
                        || lag.windowsSeconds() > HOPELESS_SECONDS);
    }

    /** Waits until all rows and due windows are there; what is missing, if that takes too long. */
    private String drain(Run run, long sent) throws SQLException {
        long deadline = clock.getAsLong() + PATIENCE.toNanos();
        long lastMillis = run.schedule().dueNanos(Math.max(0, sent - 1)) / 1_000_000;
        while (clock.getAsLong() < deadline && product.isUp()) {
            long now = look(run);
            boolean counted = results.progress().orElse(Long.MIN_VALUE)
                    >= lastMillis - options.delay().toMillis() - PROGRESS_SLACK_MILLIS;
            if (run.events().settled() == sent
                    && counted
                    && run.windows().awaited(now).isEmpty()) {
                return "";
            }
        }
        return "of %,d events the rows of %,d were seen after all were sent; windows still awaited: %d"
                .formatted(
                        sent,
                        run.events().settled(),
                        run.windows().awaited(clock.getAsLong()).size());
    }

    private String fault(Run run, Histogram slipMicros) {
        long expected = run.schedule().dueBy(run.measured().toNanos() - 1)
                - run.schedule().dueBy(run.measured().fromNanos() - 1);
        long recorded = run.events().micros().getTotalCount();
        if (recorded != expected) {
            return "%,d events were measured instead of %,d".formatted(recorded, expected);
        }
        double slip = slipMicros.getValueAtPercentile(99.9) / 1e3;
        return slip <= options.largestSlip().toMillis()
                ? ""
                : "the generator itself could not keep up: one event in a thousand was sent %.0f ms late or more"
                        .formatted(slip);
    }

    /** Once all loads are done: whether every event is stored once and counted; what is wrong, or nothing. */
    String fault() throws Exception {
        List<Long> last = new ArrayList<>();
        counts.close((window, hits) -> last.add(window));
        long deadline = clock.getAsLong() + PATIENCE.toNanos();
        for (long window : last) {
            while (results.progress().orElse(Long.MIN_VALUE) < windows.maxTimestamp(window)
                    && clock.getAsLong() < deadline) {
                LockSupport.parkNanos(SAMPLE_EVERY.toNanos());
            }
        }
        return results.fault(generator.sent(), counts.all());
    }

    /** How many events all loads together have sent. */
    long sent() {
        return generator.sent();
    }

    @Override
    public void close() throws SQLException {
        generator.stop();
        sender.shutdownNow();
        producer.close(Duration.ZERO);
        results.close();
    }
}
