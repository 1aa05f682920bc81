package io.tidemark.collect.intake;

import io.tidemark.collect.intake.NotTakenException.Cause;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events and sends each into Kafka once. An event is acknowledged when Kafka has acknowledged it or, while Kafka is away, when
 * the disk has it. An id that is in flight, in the spool, or was acknowledged not long ago is a repeat: it is acknowledged
 * again, and not sent again. After a restart the topic itself tells which are there.
 *
 * <p>All state is one thread's, which runs {@link #turn}; others hand it tasks.
 */
public final class Intake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final Duration TURN = Duration.ofMillis(20);
    private static final Duration LONGEST_END = Duration.ofSeconds(10);

    private final IntakeConfig config;
    private final LongSupplier nanos;
    private final Clock clock;
    private final Overflow spool;
    private final RecentIds recent;
    private final Sending sending;
    private final Runnable endConnecting;
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicLong repeats = new AtomicLong();
    private final Thread thread = daemon(this::run, "intake");

    /** In the order in which they came. */
    private final Map<String, PendingEvent> pending = new LinkedHashMap<>();

    private volatile boolean connected;
    private volatile boolean away;
    private final CompletableFuture<@Nullable Void> settled = new CompletableFuture<>();
    private volatile long endingSinceNanos;
    private volatile boolean ending;
    private volatile long pendingEvents;

    private Intake(
            IntakeConfig config,
            KafkaSide kafka,
            LongSupplier nanos,
            Clock clock,
            Executor connector,
            Runnable endConnecting)
            throws IOException {
        this.endConnecting = endConnecting;
        this.config = config;
        this.nanos = nanos;
        this.clock = clock;
        spool = Overflow.of(config);
        sending = new Sending(config.topic(), kafka, connector, tasks::add, new Answers());
        recent = new RecentIds(config.repeatsAtMost(), config.repeatsFor(), nanos);
    }

    /**
     * Starts one; it takes events at once, and sends them when it has found Kafka.
     *
     * @param clientProperties of every client of Kafka, at least {@code bootstrap.servers}
     * @throws IOException if the spool cannot be opened
     */
    public static Intake start(IntakeConfig config, Map<String, String> clientProperties) throws IOException {
        return start(config, new KafkaTopic(clientProperties, config.topic()));
    }

    static Intake start(IntakeConfig config, KafkaSide kafka) throws IOException {
        ExecutorService connector = Executors.newSingleThreadExecutor(task -> daemon(task, "intake-connect"));
        Intake intake =
                new Intake(config, kafka, System::nanoTime, Clock.systemUTC(), connector, connector::shutdownNow);
        intake.begin();
        intake.thread.start();
        return intake;
    }

    /**
     * One whose turns are up to the caller.
     *
     * @param connector runs what looks for Kafka
     */
    static Intake unstarted(IntakeConfig config, KafkaSide kafka, LongSupplier nanos, Clock clock, Executor connector)
            throws IOException {
        Intake intake = new Intake(config, kafka, nanos, clock, connector, () -> {});
        intake.begin();
        return intake;
    }

    private void begin() throws IOException {
        takeUpSpool();
        connect();
    }

    /**
     * Takes the events of one request; all or none.
     *
     * @return completed once all are safe; failed with {@link NotTakenException} if one is not
     */
    public CompletableFuture<Kept> accept(List<NewEvent> events) {
        if (events.isEmpty()) {
            return CompletableFuture.completedFuture(Kept.IN_KAFKA);
        }
        long size = events.stream().mapToLong(NewEvent::size).sum();
        NotTakenException refusal = refusal(size);
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        queuedBytes.addAndGet(size);
        Receipt receipt = new Receipt(events.size());
        tasks.add(() -> events.forEach(event -> register(event, receipt)));
        return receipt.done();
    }

    private @Nullable NotTakenException refusal(long size) {
        if (ending) {
            return new NotTakenException(Cause.ENDING, "The collector ends");
        }
        if (away && !spool.hasRoom(size)) {
            return new NotTakenException(Cause.KAFKA_AWAY, "Kafka does not answer, and there is no more room on disk");
        }
        // What lies in the spool is in memory, too, but counts against the spool.
        if (queuedBytes.get() - spool.bytes() + size > config.queueBytes()) {
            return new NotTakenException(Cause.BUSY, "More events wait for Kafka than there is room for");
        }
        return null;
    }

    /** Whether Kafka has been found and answers. */
    public boolean isReady() {
        return connected && !away;
    }

    /** Events that Kafka has not acknowledged yet, those in the spool among them. */
    public long pendingEvents() {
        return pendingEvents;
    }

    /** Events in the spool. */
    public long spooledEvents() {
        return spool.events();
    }

    /** Events that came again with the id of an earlier one, and were acknowledged without being sent again. */
    public long repeats() {
        return repeats.get();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void run() {
        while (!thread.isInterrupted()) {
            try {
                Runnable task = tasks.poll(TURN.toMillis(), TimeUnit.MILLISECONDS);
                if (task != null) {
                    task.run();
                }
                turn();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.error("A turn of the intake failed; the next one goes on", e);
            }
        }
    }

    /** Does what is to be done now. */
    void turn() {
        for (int left = tasks.size(); left > 0; left--) {
            Runnable task = tasks.poll();
            if (task != null) {
                task.run();
            }
        }
        sending.send();
        away = isAway();
        if (away || (ending && !pending.isEmpty())) {
            spool.keep(pending.values());
        }
        spool.flush();
        pendingEvents = pending.size();
        if (ending && isSettled()) {
            settled.complete(null);
        }
    }

    /** Whether waiting makes nothing better: Kafka has all, or the spool has what Kafka did not take for a while. */
    private boolean isSettled() {
        return pending.isEmpty()
                || (nanos.getAsLong() - endingSinceNanos > config.spoolAfter().toNanos()
                        && pending.values().stream().allMatch(PendingEvent::isSpooled));
    }

    private void register(NewEvent event, Receipt receipt) {
        PendingEvent there = pending.get(event.id());
        if (there != null || recent.contains(event.id())) {
            repeats.incrementAndGet();
            queuedBytes.addAndGet(-event.size());
            if (there != null) {
                there.await(receipt);
            } else {
                receipt.kept(Kept.IN_KAFKA);
            }
            return;
        }
        PendingEvent added = new PendingEvent(event, nanos.getAsLong(), false);
        added.await(receipt);
        pending.put(event.id(), added);
        sending.add(added);
    }

    /** What becomes of events that were sent. */
    private final class Answers implements Sending.Outcome {
        @Override
        public void acknowledged(PendingEvent event) {
            recent.add(event.event.id());
            forget(event);
            spool.forget(event);
            event.done(Kept.IN_KAFKA);
        }

        @Override
        public void tooLarge(PendingEvent event, String why) {
            forget(event);
            if (event.isSpooled()) {
                // It was acknowledged, so it stays on disk, and is tried again at the next start.
                LOG.error(
                        "Kafka refuses event {}, which stays in the spool; raise max.message.bytes of {}: {}",
                        event.event.id(),
                        config.topic(),
                        why);
            } else {
                event.notTaken(new NotTakenException(Cause.TOO_LARGE, why));
            }
        }

        @Override
        public void found(Set<String> ids) {
            ids.forEach(recent::add);
            List<PendingEvent> there = pending.values().stream()
                    .filter(each -> ids.contains(each.event.id()))
                    .toList();
            there.forEach(this::acknowledged);
            connected = true;
        }

        @Override
        public void failed() {
            connect();
        }

        private void forget(PendingEvent gone) {
            pending.remove(gone.event.id());
            queuedBytes.addAndGet(-gone.event.size());
        }
    }

    private boolean isAway() {
        if (pending.isEmpty()) {
            return false;
        }
        long oldest = pending.values().iterator().next().sinceNanos;
        return nanos.getAsLong() - oldest > config.spoolAfter().toNanos();
    }

    private void takeUpSpool() throws IOException {
        for (NewEvent each : spool.left()) {
            PendingEvent left = new PendingEvent(each, nanos.getAsLong(), true);
            pending.put(each.id(), left);
            queuedBytes.addAndGet(each.size());
        }
        if (!pending.isEmpty()) {
            LOG.info("{} events of an earlier run lie in the spool", pending.size());
        }
    }

    /** Asks the topic what it has of late, and of what is pending; then the rest is sent. */
    private void connect() {
        connected = false;
        long from = pending.values().stream()
                .mapToLong(each -> each.event.receivedAtMillis())
                .reduce(clock.millis() - config.repeatsFor().toMillis(), Math::min);
        sending.connect(pending.values(), from);
    }

    /** Waits, for a while, until Kafka or the spool has what was taken; what neither has was not acknowledged to anybody. */
    @Override
    public void close() throws IOException {
        endingSinceNanos = nanos.getAsLong();
        ending = true;
        try {
            settled.get(Math.min(3 * config.spoolAfter().toNanos(), LONGEST_END.toNanos()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("{} events are not acknowledged when the collector ends", pendingEvents);
        }
        endConnecting.run();
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
    }

    /** When no turn will come any more. */
    void end() throws IOException {
        NotTakenException why = new NotTakenException(Cause.ENDING, "The collector ends");
        pending.values().forEach(each -> each.notTaken(why));
        sending.close();
        spool.close();
    }
}
