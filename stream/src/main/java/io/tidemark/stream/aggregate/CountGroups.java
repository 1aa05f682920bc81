package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import io.tidemark.model.GroupCount;
import io.tidemark.model.MergedGroups;
import io.tidemark.model.SlicedWindows;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Counts hits and visitors by group, for all aggregates; keyed by aggregate and a part of its groups, so that timers are as few as
 * those parts, and no busy host is in the way of others. Windows of several slices are put together when they are written; those that
 * are not seen whole are not, but recomputed (see {@link AggregateStarts}).
 */
final class CountGroups extends CountInWindows<GroupCount, GroupCount> {
    private static final long serialVersionUID = 1L;

    /** Of a table's groups. A part of what checkpoints hold: another number would look for groups where they are not. */
    private static final int PARTS = 128;

    private final TimeCharacteristic time;

    /** Of the aggregates with windows of their own; those of others are left out before they come here. */
    private final WholeFrom whole;

    private transient Map<String, Own> ownByKey = new HashMap<>();
    private transient @Nullable InternalMapState<String, Long, String, GroupState> groups;

    /** @param whole of the aggregates with windows of their own */
    CountGroups(TumblingWindows windows, Duration allowedLateness, TimeCharacteristic time, WholeFrom whole) {
        super(windows, allowedLateness, time);
        this.time = time;
        this.whole = whole;
    }

    /** The windows of an aggregate; null if they are the job's. */
    private record Own(String aggregate, @Nullable SlicedWindows windows, long wholeFrom) {}

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        whole.restore(context.getOperatorStateStore(), context.isRestored() && time == TimeCharacteristic.EVENT);
        ownByKey = new HashMap<>();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        whole.snapshot();
    }

    /** The key of the state: an aggregate's id, and one of its parts. */
    static String part(GroupCount count) {
        int hash = count.key().hashCode();
        return count.aggregate() + '/' + Math.floorMod(hash ^ (hash >>> 16), PARTS);
    }

    @Override
    // Flink's keyed backends hand out internal states only; the window operator of Flink casts the same way.
    @SuppressWarnings("unchecked")
    public void open() throws Exception {
        super.open();
        MapState<String, GroupState> state = getOrCreateKeyedState(
                LongSerializer.INSTANCE,
                new MapStateDescriptor<>("groups", StringSerializer.INSTANCE, GroupState.Serializer.INSTANCE));
        groups = (InternalMapState<String, Long, String, GroupState>) state;
    }

    private InternalMapState<String, Long, String, GroupState> groups(long slice) {
        InternalMapState<String, Long, String, GroupState> all = requireNonNull(groups, "not open");
        all.setCurrentNamespace(slice);
        return all;
    }

    @Override
    SlicedWindows windowsOfKey() {
        if (whole.aggregates().isEmpty()) {
            return windows();
        }
        SlicedWindows own = ofKey().windows();
        return own == null ? windows() : own;
    }

    private Own ofKey() {
        return ownByKey.computeIfAbsent((String) getCurrentKey(), this::own);
    }

    private Own own(String part) {
        String id = aggregate(part);
        for (Aggregate each : whole.aggregates()) {
            if (each.id().equals(id)) {
                return new Own(id, each.windows(), whole.of(each));
            }
        }
        return new Own(id, null, Long.MIN_VALUE);
    }

    @Override
    long sliceStart(GroupCount count) {
        return count.windowStartMillis();
    }

    @Override
    boolean isEmpty(long slice) throws Exception {
        return groups(slice).isEmpty();
    }

    @Override
    void add(long slice, GroupCount count) throws Exception {
        InternalMapState<String, Long, String, GroupState> all = groups(slice);
        GroupState group = all.get(count.key());
        if (group == null) {
            group = new GroupState();
        }
        group.add(count.hits(), count.visitors());
        all.put(count.key(), group);
    }

    /** Of a window that has been written before, only what has changed since. */
    @Override
    void handOn(long slice) throws Exception {
        SlicedWindows kind = windowsOfKey();
        if (kind.areSlices()) {
            if (isWhole(slice)) {
                String aggregate = aggregate((String) getCurrentKey());
                for (Map.Entry<String, GroupState> entry : groups(slice).entries()) {
                    GroupState group = entry.getValue();
                    if (markWritten(entry)) {
                        handOn(aggregate, slice, kind.firstEnd(slice), entry.getKey(), group.hits, group.visitors);
                    }
                }
            }
            return;
        }
        List<String> changed = new ArrayList<>();
        for (Map.Entry<String, GroupState> entry : groups(slice).entries()) {
            if (markWritten(entry)) {
                changed.add(entry.getKey());
            }
        }
        for (long end = kind.firstEnd(slice); end <= kind.lastEnd(slice) && !isOpen(end); end += kind.everyMillis()) {
            if (mustRecompute(kind, end)) {
                recompute(kind, end);
            } else if (isWhole(kind.startOf(end))) {
                handOn(kind, end, changed);
            }
        }
    }

    /** All groups of the window, as they are in all of its slices. */
    @Override
    void handOnWindow(SlicedWindows kind, long end) throws Exception {
        long start = kind.startOf(end);
        if (!isWhole(start)) {
            return;
        }
        MergedGroups merged = new MergedGroups();
        for (long slice = start; slice < end; slice += kind.everyMillis()) {
            for (Map.Entry<String, GroupState> entry : groups(slice).entries()) {
                GroupState group = entry.getValue();
                merged.add(entry.getKey(), group.hits, group.visitors);
                markWritten(entry);
            }
        }
        handOn(start, end, merged);
    }

    private void handOn(SlicedWindows kind, long end, List<String> keys) throws Exception {
        long start = kind.startOf(end);
        MergedGroups merged = new MergedGroups();
        for (long slice = start; slice < end; slice += kind.everyMillis()) {
            InternalMapState<String, Long, String, GroupState> all = groups(slice);
            for (String key : keys) {
                GroupState group = all.get(key);
                if (group != null) {
                    merged.add(key, group.hits, group.visitors);
                }
            }
        }
        handOn(start, end, merged);
    }

    private void handOn(long start, long end, MergedGroups merged) {
        String aggregate = aggregate((String) getCurrentKey());
        merged.forEach((key, hits, visitors) -> handOn(aggregate, start, end, key, hits, visitors));
    }

    private void handOn(String aggregate, long start, long end, String key, long hits, byte @Nullable [] visitors) {
        output.collect(new StreamRecord<>(new GroupCount(aggregate, start, end, key, hits, visitors)));
    }

    /** Whether it has changed since it was last written; from now on it has not. */
    private static boolean markWritten(Map.Entry<String, GroupState> entry) {
        GroupState group = entry.getValue();
        if (!group.unwritten) {
            return false;
        }
        group.unwritten = false;
        entry.setValue(group);
        return true;
    }

    /** Whether the aggregate's window that starts there is seen whole. */
    private boolean isWhole(long start) {
        return whole.aggregates().isEmpty() || start >= ofKey().wholeFrom();
    }

    private static String aggregate(String part) {
        return part.substring(0, part.lastIndexOf('/'));
    }

    @Override
    void drop(long slice) {
        groups(slice).clear();
    }
}
