package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.GroupCount;
import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Counts hits and visitors by group, for all aggregates; keyed by aggregate and a part of its groups, so that timers are as few as
 * those parts, and no busy host is in the way of others.
 */
final class CountGroups extends CountInWindows<GroupCount, GroupCount> {
    private static final long serialVersionUID = 1L;

    /** Of a table's groups. A part of what checkpoints hold: another number would look for groups where they are not. */
    private static final int PARTS = 128;

    private transient @Nullable InternalMapState<String, Long, String, GroupState> groups;

    CountGroups(TumblingWindows windows, Duration allowedLateness, TimeCharacteristic time) {
        super(windows, allowedLateness, time);
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

    private InternalMapState<String, Long, String, GroupState> groups(long window) {
        InternalMapState<String, Long, String, GroupState> all = requireNonNull(groups, "not open");
        all.setCurrentNamespace(window);
        return all;
    }

    @Override
    long windowStart(GroupCount count) {
        return count.windowStartMillis();
    }

    @Override
    boolean isEmpty(long window) throws Exception {
        return groups(window).isEmpty();
    }

    @Override
    void add(long window, GroupCount count) throws Exception {
        InternalMapState<String, Long, String, GroupState> all = groups(window);
        GroupState group = all.get(count.key());
        if (group == null) {
            group = new GroupState();
        }
        group.add(count.hits(), count.visitors());
        all.put(count.key(), group);
    }

    /** Of a window that has been written before, only what has changed since. */
    @Override
    void handOn(long window) throws Exception {
        String aggregate = aggregate((String) getCurrentKey());
        for (Map.Entry<String, GroupState> entry : groups(window).entries()) {
            GroupState group = entry.getValue();
            if (group.unwritten) {
                group.unwritten = false;
                entry.setValue(group);
                output.collect(new StreamRecord<>(
                        new GroupCount(aggregate, window, entry.getKey(), group.hits, group.visitors)));
            }
        }
    }

    private static String aggregate(String part) {
        return part.substring(0, part.lastIndexOf('/'));
    }

    @Override
    void drop(long window) {
        groups(window).clear();
    }
}
