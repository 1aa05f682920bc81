package io.tidemark.bench.input;

import static java.util.Objects.requireNonNullElse;

import io.tidemark.collect.RawProducer;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** Makes a workload's events, and puts them into a topic or only counts them. */
public final class TopicLoader {
    /** Of a raw topic that there never was: the enriched events of a benchmark come from nowhere. */
    private static final UUID RAW_TOPIC = UUID.fromString("7d1a6a36-3a5d-4c43-9d2c-6e2f5f0c7a01");

    private final Workload workload;
    private final TumblingWindows windows;

    public TopicLoader(Workload workload, TumblingWindows windows) {
        this.workload = workload;
        this.windows = windows;
    }

    /** The right counts. */
    public Oracle count() throws InterruptedException {
        return eachPartition((partition, oracle) -> {
            Events source = workload.events(partition);
            while (source.hasNext()) {
                add(oracle, source.next());
            }
        });
    }

    /** Fills the topic of raw events, which is to exist and be empty. */
    public Oracle loadRaw(String bootstrap) throws InterruptedException {
        RawEventCodec codec = new RawEventCodec();
        return load(bootstrap, (partition, oracle, producer) -> {
            Events source = workload.events(partition);
            while (source.hasNext()) {
                RawEvent event = source.next();
                add(oracle, event);
                producer.accept(new ProducerRecord<>(Topics.RAW, partition, null, codec.encode(event)));
            }
        });
    }

    /** Fills the topic of enriched events, which is to exist and be empty. */
    public Oracle loadEnriched(String bootstrap) throws InterruptedException {
        EnrichedEventCodec codec = new EnrichedEventCodec();
        return load(bootstrap, (partition, oracle, producer) -> {
            Events source = workload.events(partition);
            for (long offset = 0; source.hasNext(); offset++) {
                EnrichedEvent event = source.nextEnriched();
                oracle.add(event.eventTimeMillis(), event.host(), requireNonNullElse(event.referrer(), ""));
                producer.accept(new ProducerRecord<>(
                        Topics.ENRICHED,
                        partition,
                        event.eventTimeMillis(),
                        event.host().getBytes(StandardCharsets.UTF_8),
                        codec.encode(event),
                        List.of(new RecordHeader(
                                SourceCoordinates.HEADER,
                                new SourceCoordinates(RAW_TOPIC, partition, offset).toHeader()))));
            }
        });
    }

    private static void add(Oracle oracle, RawEvent event) {
        oracle.add(event.eventTimeMillis(), event.host(), requireNonNullElse(event.referrer(), ""));
    }

    private interface Load {
        void run(int partition, Oracle oracle, Consumer<ProducerRecord<byte[], byte[]>> producer);
    }

    private interface Count {
        void run(int partition, Oracle oracle);
    }

    private Oracle load(String bootstrap, Load load) throws InterruptedException {
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        try (Producer<byte[], byte[]> producer = RawProducer.open(Map.of("bootstrap.servers", bootstrap))) {
            Oracle oracle = eachPartition((partition, counts) -> load.run(partition, counts, record -> {
                var unused = producer.send(record, (metadata, problem) -> {
                    if (problem != null) {
                        failure.set(problem);
                    }
                });
            }));
            producer.flush();
            Exception problem = failure.get();
            if (problem != null) {
                throw new IllegalStateException("Cannot fill the topic: " + problem.getMessage(), problem);
            }
            return oracle;
        }
    }

    private Oracle eachPartition(Count count) throws InterruptedException {
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<Oracle>> parts = new ArrayList<>();
            for (int i = 0; i < workload.partitions(); i++) {
                int partition = i;
                parts.add(threads.submit(() -> {
                    Oracle oracle = new Oracle(windows);
                    count.run(partition, oracle);
                    return oracle;
                }));
            }
            Oracle all = new Oracle(windows);
            for (Future<Oracle> part : parts) {
                all.add(part.get());
            }
            return all;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Cannot make the events: " + e.getMessage(), e);
        } finally {
            threads.shutdownNow();
        }
    }
}
