package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.EnrichedTopic;
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
 * before it: it is counted from a window on of which surely none was, and earlier windows in which hits still come are
 * recomputed once they close. For one thread.
 */
final class AggregateStarts {
    /** No event is further ahead of the clock. */
    private static final Duration MAX_AHEAD = EnrichedTopic.MAX_AHEAD;

    private final List<Aggregate> aggregates;
    private final TumblingWindows windows;
    private final Map<String, Long> fromByTable = new HashMap<>();
    private final Set<Long> toBeMarked = new HashSet<>();
    private long allFrom = Long.MIN_VALUE;
    private @Nullable ListState<CountedFrom> starts;
    private @Nullable ListState<Long> marks;

    AggregateStarts(List<Aggregate> aggregates, TumblingWindows windows) {
        this.aggregates = aggregates;
        this.windows = windows;
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
            known.merge(each.table(), each.windowStartMillis(), Math::max);
        }
        marks.get().forEach(toBeMarked::add);
        long anew = goesOn ? windows.startOf(nowMillis + MAX_AHEAD.toMillis()) + windows.sizeMillis() : Long.MIN_VALUE;
        for (Aggregate each : aggregates) {
            long from = known.getOrDefault(each.table(), anew);
            fromByTable.put(each.table(), from);
            allFrom = Math.max(allFrom, from);
        }
    }

    void snapshot() throws Exception {
        List<CountedFrom> known = new ArrayList<>();
        fromByTable.forEach((table, from) -> known.add(new CountedFrom(table, from)));
        requireNonNull(starts, "not restored").update(known);
        requireNonNull(marks).update(new ArrayList<>(toBeMarked));
    }

    /** Whether every aggregate counts the window. */
    boolean allCount(long window) {
        return window >= allFrom;
    }

    boolean counts(Aggregate aggregate, long window) {
        return window >= fromByTable.getOrDefault(aggregate.table(), Long.MIN_VALUE);
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
