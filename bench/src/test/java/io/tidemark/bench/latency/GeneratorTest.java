package io.tidemark.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.bench.input.Oracle.HitKey;
import io.tidemark.bench.input.Workload;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import io.tidemark.model.TumblingWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final long SECOND = 1_000_000_000L;

    /** At the beginning of a window. */
    private static final long NOON = 1_795_608_000L * SECOND;

    private static final TumblingWindows WINDOWS = TumblingWindows.of(Duration.ofSeconds(10));
    private static final Load.Span ALL = new Load.Span(0, Long.MAX_VALUE);

    private final EventPool pool =
            new EventPool(Workload.hour(1, 500).withPartitions(1).withPairs(1_000));
    private final HostCounts counts = new HostCounts(WINDOWS, pool.hosts());
    private final Map<Long, Map<String, Long>> closed = new HashMap<>();
    private final List<Long> due = new ArrayList<>();
    private long now = NOON - SECOND;

    /** Takes that long for each tenth event: the generator stands still meanwhile. */
    private MockProducer<byte[], byte[]> kafka(long stallNanos) {
        return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
            @Override
            public synchronized java.util.concurrent.Future<RecordMetadata> send(
                    ProducerRecord<byte[], byte[]> record, Callback callback) {
                if (history().size() % 10 == 9) {
                    now += stallNanos;
                }
                return super.send(record, callback);
            }
        };
    }

    private Generator generator(MockProducer<byte[], byte[]> kafka) {
        return new Generator(pool, kafka, 4, counts, () -> now, nanos -> now += nanos);
    }

    private Histogram run(Generator generator, double rate, long events) {
        return generator.run(
                new Schedule(NOON, rate), events, ALL, (partition, offset, dueNanos) -> due.add(dueNanos), closed::put);
    }

    @Test
    void whatHoldsTheGeneratorUpDelaysNoEventsTime() throws Exception {
        try (MockProducer<byte[], byte[]> kafka = kafka(2 * SECOND)) {
            Histogram slip = run(generator(kafka), 10, 40);
            for (int i = 0; i < 40; i++) {
                assertThat(due.get(i)).isEqualTo(NOON + i * SECOND / 10);
                RawEvent event =
                        new RawEventCodec().decode(kafka.history().get(i).value());
                assertThat(event.eventTimeMillis()).isEqualTo(due.get(i) / 1_000_000);
                assertThat(kafka.history().get(i).partition()).isEqualTo(i % 4);
            }
            assertThat(slip.getTotalCount()).isEqualTo(40);
            // Three stalls of two seconds before the last event, and one second in which to catch up after each.
            assertThat(slip.getMaxValue() / 100_000).isEqualTo(39);
        }
    }

    @Test
    void aGeneratorThatKeepsUpIsNeverLate() {
        try (MockProducer<byte[], byte[]> kafka = kafka(0)) {
            assertThat(run(generator(kafka), 1_000, 5_000).getMaxValue()).isZero();
            assertThat(now).isEqualTo(NOON + 4_999_000_000L);
        }
    }

    @Test
    void hitsOfAWindowAreToldOnceItIsOverAndGoOnFromRunToRun() {
        try (MockProducer<byte[], byte[]> kafka = kafka(0)) {
            Generator generator = generator(kafka);
            run(generator, 100, 700);
            assertThat(closed).isEmpty();
            generator.run(new Schedule(NOON + 8 * SECOND, 100), 300, ALL, (p, o, d) -> {}, closed::put);
            long first = NOON / 1_000_000;
            assertThat(closed).containsOnlyKeys(first);
            assertThat(sum(hits(first))).isEqualTo(900);
            counts.close(closed::put);
            assertThat(sum(hits(first + 10_000))).isEqualTo(100);
            assertThat(generator.sent()).isEqualTo(1_000);
            assertThat(counts.all())
                    .containsEntry(
                            new HitKey(first, pool.hosts().get(0), ""),
                            hits(first).get(pool.hosts().get(0)));
        }
    }

    private Map<String, Long> hits(long windowStartMillis) {
        return closed.getOrDefault(windowStartMillis, Map.of());
    }

    private static long sum(Map<String, Long> hits) {
        return hits.values().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void anEventThatKafkaRefusesIsAnError() {
        try (MockProducer<byte[], byte[]> kafka = kafka(0)) {
            kafka.sendException = new TimeoutException("no room");
            assertThatThrownBy(() -> run(generator(kafka), 10, 1)).hasMessageContaining("no room");
        }
    }

    @Test
    void eventsOfThePoolDifferOnlyByTheirTimeWhenTheyComeAgain() throws Exception {
        RawEventCodec codec = new RawEventCodec();
        RawEvent one = codec.decode(pool.json(7, 1_000));
        RawEvent again = codec.decode(pool.json(507, 2_000));
        assertThat(one.eventTimeMillis()).isEqualTo(1_000);
        assertThat(again.eventTimeMillis()).isEqualTo(2_000);
        assertThat(List.of(again.host(), again.url(), again.userAgent()))
                .isEqualTo(List.of(one.host(), one.url(), one.userAgent()));
        assertThat(pool.hosts().get(pool.host(507))).isEqualTo(one.host());
    }
}
