package io.tidemark.bench.limit;

import io.tidemark.bench.input.Oracle.HitKey;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.Hit;
import io.tidemark.model.TumblingWindows;
import io.tidemark.model.WindowCounts;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.WindowWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Counts and writes both tables as a single-purpose program would: maps on the heap, no checkpoints, nothing survives a
 * failure. What an engine costs is to be seen against it (F. McSherry and others, "Scalability! But at what COST?",
 * HotOS 2015). Arguments: bootstrap, topic, threads, JDBC URL, user; the password by TIDEMARK_POSTGRES_PASSWORD.
 */
public final class CountWithoutEngine {
    private static final TumblingWindows WINDOWS = TumblingWindows.of(Duration.ofMinutes(5));

    private CountWithoutEngine() {}

    public static void main(String[] args) throws Exception {
        Map<HitKey, long[]> all = new HashMap<>();
        long records =
                new PartitionReaders(args[0], args[1]).run(Integer.parseInt(args[2]), thread -> new Counting(all));
        Map<HitKey, Map<String, Long>> byHost = new HashMap<>();
        all.forEach((key, count) -> byHost.computeIfAbsent(
                        new HitKey(key.windowStartMillis(), key.host(), ""), none -> new HashMap<>())
                .put(key.referrer(), count[0]));
        List<WindowCounts> rows = new ArrayList<>();
        byHost.forEach((key, counts) -> rows.add(new WindowCounts(key.windowStartMillis(), key.host(), counts)));
        String password = System.getenv().getOrDefault("TIDEMARK_POSTGRES_PASSWORD", "");
        try (WindowWriter writer = new WindowWriter(new StoreConfig(args[3], args[4], password))) {
            writer.write(rows, WINDOWS.sizeMillis());
        }
        System.out.println(records);
    }

    private static final class Counting implements PartitionReaders.Reader {
        private final Map<HitKey, long[]> all;
        private final Map<HitKey, long[]> own = new HashMap<>();
        private final EnrichedEventCodec codec = new EnrichedEventCodec();

        Counting(Map<HitKey, long[]> all) {
            this.all = all;
        }

        @Override
        public void read(ConsumerRecord<byte[], byte[]> read) throws Exception {
            Hit hit = codec.decodeHit(read.value());
            own.computeIfAbsent(
                            new HitKey(WINDOWS.startOf(hit.eventTimeMillis()), hit.host(), hit.referrer()),
                            none -> new long[1])[0]++;
        }

        @Override
        public void end() {
            synchronized (all) {
                own.forEach((key, count) -> all.computeIfAbsent(key, none -> new long[1])[0] += count[0]);
            }
        }
    }
}
