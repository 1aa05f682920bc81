package io.tidemark.collect.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.collect.intake.NotTakenException.Cause;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeader;
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
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private static final Duration LONGEST_END = Duration.ofSeconds(10);

    /** Handed to the producer at once; less than the memory that it has for records. */
    private static final long OUTSTANDING_BYTES = 16L << 20;

    private final IntakeConfig config;
    private final KafkaSide kafka;
    private final LongSupplier nanos;
    private final Clock clock;
    private final Overflow spool;
    private final RecentIds recent;
    private final Executor connector;
    private final Runnable endConnecting;
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicLong repeats = new AtomicLong();
    private final Thread thread = daemon(this::run, "intake");

    /** In the order in which they came. */
    private final Map<String, PendingEvent> pending = new LinkedHashMap<>();

    /** Of {@link #pending}, what the producer has not got. */
    private final Deque<PendingEvent> unsent = new ArrayDeque<>();

    private @Nullable Producer<byte[], byte[]> producer;
    private int generation;
    private int partitions;
    private long outstandingBytes;
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
        this.connector = connector;
        this.endConnecting = endConnecting;
        this.config = config;
        this.kafka = kafka;
        this.nanos = nanos;
        this.clock = clock;
        spool = Overflow.of(config);
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
        send();
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
        unsent.add(added);
    }

    /** Sends what is to be sent, as far as the producer has room. */
    private void send() {
        Producer<byte[], byte[]> target = producer;
        if (target == null) {
            return;
        }
        int of = generation;
        while (!unsent.isEmpty() && outstandingBytes < OUTSTANDING_BYTES && of == generation) {
            PendingEvent next = unsent.remove();
            outstandingBytes += next.event.size();
            try {
                Future<RecordMetadata> sent = target.send(
                        record(next.event),
                        (metadata, failure) -> tasks.add(() -> {
                            if (of == generation) {
                                answered(next, failure);
                            }
                        }));
                if (sent.isDone()) {
                    // It has waited in vain for metadata or memory, and so would the next one: others are to have their
                    // turn.
                    return;
                }
            } catch (KafkaException | IllegalStateException e) {
                answered(next, e);
            }
        }
    }

    private ProducerRecord<byte[], byte[]> record(NewEvent event) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                config.topic(),
                EventIds.partition(event.id(), partitions),
                event.receivedAtMillis(),
                null,
                event.value());
        record.headers().add(new RecordHeader(EventIds.HEADER, event.id().getBytes(UTF_8)));
        return record;
    }

    private void answered(PendingEvent answered, @Nullable Exception failure) {
        outstandingBytes -= answered.event.size();
        if (failure == null) {
            acknowledged(answered);
        } else if (failure instanceof RecordTooLargeException) {
            forget(answered);
            answered.notTaken(new NotTakenException(Cause.TOO_LARGE, String.valueOf(failure.getMessage())));
        } else if (failure instanceof TimeoutException) {
            // It never left: a producer of this kind gives up only what waits for metadata or memory.
            unsent.addFirst(answered);
        } else {
            LOG.warn("Kafka failed over an event; asking the topic which ones it has: {}", failure.toString());
            connect();
        }
    }

    private void acknowledged(PendingEvent answered) {
        recent.add(answered.event.id());
        forget(answered);
        answered.done(Kept.IN_KAFKA);
    }

    private void forget(PendingEvent gone) {
        pending.remove(gone.event.id());
        queuedBytes.addAndGet(-gone.event.size());
        spool.forget(gone);
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
            unsent.add(left);
            queuedBytes.addAndGet(each.size());
        }
        if (!pending.isEmpty()) {
            LOG.info("{} events of an earlier run lie in the spool", pending.size());
        }
    }

    /** Asks the topic what it has, then sends the rest, by a new producer. */
    private void connect() {
        int of = ++generation;
        connected = false;
        Producer<byte[], byte[]> former = producer;
        producer = null;
        outstandingBytes = 0;
        unsent.clear();
        unsent.addAll(pending.values());
        long from = pending.values().stream()
                .mapToLong(each -> each.event.receivedAtMillis())
                .reduce(clock.millis() - config.repeatsFor().toMillis(), Math::min);
        connector.execute(() -> {
            if (former != null) {
                former.close(Duration.ofSeconds(1));
            }
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    KafkaSide.Tail tail = kafka.tail(from);
                    Producer<byte[], byte[]> fresh = kafka.producer();
                    tasks.add(() -> connected(of, tail, fresh));
                    return;
                } catch (KafkaException e) {
                    LOG.warn("Kafka does not answer yet: {}", e.toString());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                try {
                    TimeUnit.NANOSECONDS.sleep(PAUSE_AFTER_FAILURE.toNanos());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
    }

    private void connected(int of, KafkaSide.Tail tail, Producer<byte[], byte[]> fresh) {
        if (of != generation) {
            fresh.close(Duration.ZERO);
            return;
        }
        partitions = tail.partitions();
        producer = fresh;
        tail.ids().forEach(recent::add);
        Map<String, PendingEvent> there = new HashMap<>(pending);
        there.keySet().retainAll(tail.ids());
        unsent.removeIf(each -> there.containsKey(each.event.id()));
        there.values().forEach(this::acknowledged);
        connected = true;
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
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
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
        if (producer != null) {
            producer.close(Duration.ofSeconds(5));
        }
        spool.close();
    }
}
