package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.TumblingWindows;
import io.tidemark.model.WindowCounts;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.Tally;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/** Counts hits by host and referrer; keyed by host. */
final class CountWindows extends CountInWindows<HitCount, WindowCounts> {
    private static final long serialVersionUID = 1L;

    private transient @Nullable Opened opened;

    CountWindows(TumblingWindows windows, Duration allowedLateness, TimeCharacteristic time) {
        super(windows, allowedLateness, time);
    }

    @Override
    // Flink's keyed backends hand out internal states only; the window operator of Flink casts the same way.
    @SuppressWarnings("unchecked")
    public void open() throws Exception {
        super.open();
        MapState<String, Long> hits = getOrCreateKeyedState(
                LongSerializer.INSTANCE,
                new MapStateDescriptor<>("hits", StringSerializer.INSTANCE, LongSerializer.INSTANCE));
        opened = new Opened(
                (InternalMapState<String, Long, String, Long>) hits,
                new Tally(getRuntimeContext(), Tallies.COUNTED),
                new Tally(getRuntimeContext(), Tallies.LATE),
                new Tally(getRuntimeContext(), Tallies.MARKED));
    }

    @Override
    long sliceStart(HitCount count) {
        return count.windowStartMillis();
    }

    private InternalMapState<String, Long, String, Long> hits(long window) {
        InternalMapState<String, Long, String, Long> hits = opened().hits;
        hits.setCurrentNamespace(window);
        return hits;
    }

    @Override
    boolean isEmpty(long window) throws Exception {
        return hits(window).isEmpty();
    }

    @Override
    void add(long window, HitCount count) throws Exception {
        InternalMapState<String, Long, String, Long> hits = hits(window);
        Long before = hits.get(count.referrer());
        hits.put(count.referrer(), before == null ? count.hits() : before + count.hits());
        opened().counted.add(count.hits());
    }

    @Override
    void onTooLate(HitCount count) {
        opened().marked.add(count.hits());
    }

    @Override
    void onRevision(HitCount count) {
        opened().late.add(count.hits());
    }

    @Override
    void handOn(long window) throws Exception {
        Map<String, Long> hitsByReferrer = new HashMap<>();
        for (Map.Entry<String, Long> entry : hits(window).entries()) {
            hitsByReferrer.put(entry.getKey(), entry.getValue());
        }
        if (!hitsByReferrer.isEmpty()) {
            output.collect(new StreamRecord<>(new WindowCounts(window, (String) getCurrentKey(), hitsByReferrer)));
        }
    }

    @Override
    void drop(long window) {
        hits(window).clear();
    }

    private Opened opened() {
        return requireNonNull(opened, "not open");
    }

    private record Opened(InternalMapState<String, Long, String, Long> hits, Tally counted, Tally late, Tally marked) {}
}
