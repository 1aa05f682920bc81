package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import io.tidemark.model.TumblingWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.jspecify.annotations.Nullable;

/**
 * From which window on each aggregate is counted. One that is new to a job that goes on has missed hits that were read
 * before it: it is counted from a window on of which none was, and earlier windows that are open are recomputed once they
 * close. For one thread.
 */
final class AggregateStarts {
    /** Bounds the windows that are marked in advance, should an event be stamped years ahead. */
    private static final Duration OPEN_AT_MOST = Duration.ofDays(1);

    private final List<Aggregate> aggregates;
    private final TumblingWindows windows;
    private final long newFrom;
    private final Map<Aggregate, Long> fromByAggregate = new HashMap<>();
    private final Set<Long> toBeMarked = new HashSet<>();
    private long allFrom = Long.MIN_VALUE;
    private @Nullable ListState<CountedFrom> starts;
    private @Nullable ListState<Long> marks;

    /** @param newFrom start of the first window in which no hit can have been read when the job was submitted */
    AggregateStarts(List<Aggregate> aggregates, TumblingWindows windows, long newFrom) {
        this.aggregates = aggregates;
        this.windows = windows;
        this.newFrom = newFrom;
    }

    /**
     * Takes over what was known.
     *
     * @param goesOn whether hits were read before; else each aggregate is as old as the job
     */
    void restore(OperatorStateStore store, boolean goesOn, long nowMillis) throws Exception {
        starts = store.getUnionListState(new ListStateDescriptor<>("aggregates-from", CountedFrom.class));
        marks = store.getUnionListState(new ListStateDescriptor<>("aggregates-marks", LongSerializer.INSTANCE));
        Map<String, Long> known = new HashMap<>();
        for (CountedFrom each : starts.get()) {
            known.merge(each.aggregate(), each.windowStartMillis(), Math::max);
        }
        marks.get().forEach(toBeMarked::add);
        boolean someAreNew = false;
        for (Aggregate each : aggregates) {
            someAreNew |= goesOn && !known.containsKey(each.id());
            long from = known.getOrDefault(each.id(), goesOn ? newFrom : Long.MIN_VALUE);
            fromByAggregate.put(each, from);
            allFrom = Math.max(allFrom, from);
        }
        if (someAreNew) {
            long end = Math.min(newFrom, nowMillis + OPEN_AT_MOST.toMillis());
            for (long open = windows.startOf(nowMillis); open < end; open += windows.sizeMillis()) {
                toBeMarked.add(open);
            }
        }
    }

    void snapshot() throws Exception {
        List<CountedFrom> known = new ArrayList<>();
        fromByAggregate.forEach((aggregate, from) -> known.add(new CountedFrom(aggregate.id(), from)));
        requireNonNull(starts, "not restored").update(known);
        requireNonNull(marks).update(new ArrayList<>(toBeMarked));
    }

    /** Whether every aggregate counts the window. */
    boolean allCount(long window) {
        return window >= allFrom;
    }

    boolean counts(Aggregate aggregate, long window) {
        return window >= fromByAggregate.getOrDefault(aggregate, Long.MIN_VALUE);
    }

    /** Notes that the window is to be marked once it closes, since an aggregate does not count it. */
    void missed(long window) {
        toBeMarked.add(window);
    }

    /** The windows to be marked now, which the watermark closes. */
    List<Long> due(long watermark) {
        List<Long> due = new ArrayList<>();
        for (Iterator<Long> all = toBeMarked.iterator(); all.hasNext(); ) {
            long window = all.next();
            if (windows.maxTimestamp(window) <= watermark) {
                due.add(window);
                all.remove();
            }
        }
        return due;
    }
}
