package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import io.tidemark.model.SlicedWindows;
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
 * Which windows of aggregates the state cannot count whole: of an aggregate that is new to a job that goes on, those with hits that were
 * read before it; and of windows that are longer than the job's, also those that began before a job that starts in the middle of the
 * topic. They are recomputed once they close, and again when more hits come. For one thread.
 */
final class AggregateStarts {
    /** Bounds the windows that are marked in advance, should an event be stamped years ahead. */
    private static final Duration OPEN_AT_MOST = Duration.ofDays(1);

    private final WholeFrom whole;
    private final TumblingWindows windows;
    private final Set<LateHits> toBeMarked = new HashSet<>();

    /** Slices of which all windows are to be marked: that of each event is looked up here first. */
    private final Map<Aggregate, Set<Long>> missedSlices = new HashMap<>();

    private long allFrom = Long.MIN_VALUE;
    private @Nullable ListState<Long> windowMarks;
    private @Nullable ListState<LateHits> marks;

    AggregateStarts(WholeFrom whole, TumblingWindows windows) {
        this.whole = whole;
        this.windows = windows;
    }

    /**
     * Takes over what was known.
     *
     * @param goesOn whether hits were read before; else each aggregate is as old as the job
     */
    void restore(OperatorStateStore store, boolean goesOn, long nowMillis) throws Exception {
        whole.restore(store, goesOn);
        // Before windows had several sizes.
        windowMarks = store.getUnionListState(new ListStateDescriptor<>("aggregates-marks", LongSerializer.INSTANCE));
        windowMarks.get().forEach(start -> toBeMarked.add(new LateHits(start, windows.sizeMillis())));
        marks = store.getUnionListState(new ListStateDescriptor<>("windows-to-mark", LateHits.class));
        marks.get().forEach(toBeMarked::add);
        for (Aggregate each : whole.aggregates()) {
            long from = whole.of(each);
            SlicedWindows kind = each.windowsOr(windows);
            if (from != Long.MIN_VALUE) {
                // No window that holds a later event began before.
                allFrom = Math.max(
                        allFrom,
                        kind.areSlices() ? kind.sliceOf(from - 1) + kind.sizeMillis() : from + kind.sizeMillis());
                if (!goesOn) {
                    missedBetween(kind, from - 1, from);
                }
            }
        }
        for (Aggregate each : whole.added()) {
            missedBetween(each.windowsOr(windows), nowMillis, whole.of(each));
        }
    }

    /** Notes the windows that begin before {@code from} and end after {@code since}. */
    private void missedBetween(SlicedWindows kind, long since, long from) {
        long last = Math.min(from - 1, since + OPEN_AT_MOST.toMillis());
        for (long slice = kind.sliceOf(since); slice <= last; slice += kind.everyMillis()) {
            missed(kind, slice, since, from);
        }
    }

    private void missed(SlicedWindows kind, long slice, long since, long from) {
        for (long end = kind.firstEnd(slice); end <= kind.lastEnd(slice); end += kind.everyMillis()) {
            long start = kind.startOf(end);
            if (start < from && end - 1 > since) {
                toBeMarked.add(new LateHits(start, end - start));
            }
        }
    }

    void snapshot() throws Exception {
        whole.snapshot();
        requireNonNull(windowMarks, "not restored").update(List.of());
        requireNonNull(marks).update(new ArrayList<>(toBeMarked));
    }

    /** Whether every aggregate counts all windows that hold the job's window whole. */
    boolean allCount(long window) {
        return window >= allFrom;
    }

    /** Whether the aggregate counts some window that holds the job's window. */
    boolean counts(Aggregate aggregate, long window) {
        return aggregate.windowsOr(windows).lastStart(window) >= whole.of(aggregate);
    }

    /** Notes that windows which hold this one of the job are to be marked once they close, where an aggregate does not count them. */
    void missed(long window) {
        for (Aggregate each : whole.aggregates()) {
            missed(each, window);
        }
    }

    /** The same, of longer windows alone. */
    void missedByLonger(long window) {
        for (Aggregate each : whole.aggregates()) {
            if (each.windows() != null) {
                missed(each, window);
            }
        }
    }

    private void missed(Aggregate aggregate, long window) {
        SlicedWindows kind = aggregate.windowsOr(windows);
        long from = whole.of(aggregate);
        if (kind.firstStart(window) < from
                && missedSlices
                        .computeIfAbsent(aggregate, none -> new HashSet<>())
                        .add(kind.sliceOf(window))) {
            missed(kind, kind.sliceOf(window), Long.MIN_VALUE, from);
        }
    }

    /** Whether windows are to be marked that have yet to close. */
    boolean isWaiting() {
        return !toBeMarked.isEmpty();
    }

    /** The windows to be marked now, which the watermark closes. */
    List<LateHits> due(long watermark) {
        List<LateHits> due = new ArrayList<>();
        for (Iterator<LateHits> all = toBeMarked.iterator(); all.hasNext(); ) {
            LateHits window = all.next();
            if (window.windowStartMillis() + window.windowSizeMillis() - 1 <= watermark) {
                due.add(window);
                all.remove();
            }
        }
        if (!due.isEmpty()) {
            missedSlices.clear();
        }
        return due;
    }
}
