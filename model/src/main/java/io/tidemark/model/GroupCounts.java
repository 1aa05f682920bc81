package io.tidemark.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Adds up hits and visitors by aggregate, slice of its windows and group until they are handed on. Not thread-safe. */
public final class GroupCounts {
    private final List<Aggregate> aggregates;
    private final String[] ids;

    /** Length of the slices of each. */
    private final long[] slices;

    private final long windowSize;

    /** So that nobody can make up texts that are slow to look up. */
    private final long seed = new SplittableRandom().nextLong();

    private final EventFields fields;
    private final Consumer<GroupCount> next;
    private final Map<Key, Group> groups = new HashMap<>();
    private final byte[] keyBytes = new byte[Aggregate.MAX_KEY_BYTES + Dimension.values().length];
    private final Key probe = new Key();
    private long earliestEnd = Long.MAX_VALUE;

    /**
     * Nothing counted yet.
     *
     * @param windows that are counted in unless an aggregate has its own, and of which these are made
     * @param next takes what is handed on
     */
    public GroupCounts(List<Aggregate> aggregates, TumblingWindows windows, Consumer<GroupCount> next) {
        this.aggregates = List.copyOf(aggregates);
        this.ids = aggregates.stream().map(Aggregate::id).toArray(String[]::new);
        this.slices = aggregates.stream()
                .mapToLong(each -> each.windowsOr(windows).everyMillis())
                .toArray();
        this.windowSize = windows.sizeMillis();
        this.fields = new EventFields(aggregates);
        this.next = next;
    }

    /** The columns of {@code processed_events} that are told from, see {@link #add(Map, long)}. */
    public Set<String> columns() {
        return fields.columns();
    }

    /** A group of a slice; as a map's key, or to look for one with. */
    private static final class Key {
        int aggregate;
        long slice;
        byte[] bytes = {};
        int length;
        int hash;

        void set(int newAggregate, long newSlice, byte[] newBytes, int newLength, int newHash) {
            aggregate = newAggregate;
            slice = newSlice;
            bytes = newBytes;
            length = newLength;
            hash = newHash;
        }

        Key copy() {
            Key copy = new Key();
            copy.set(aggregate, slice, Arrays.copyOf(bytes, length), length, hash);
            return copy;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && aggregate == key.aggregate
                    && slice == key.slice
                    && Arrays.equals(bytes, 0, length, key.bytes, 0, key.length);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private static final class Group {
        long hits;

        @Nullable
        VisitorSketch visitors;
    }

    /**
     * Counts an event in every aggregate that takes it.
     *
     * @param value an enriched record's
     * @param window start of the window of the job that holds it, milliseconds since the epoch
     * @param takes asked of each aggregate
     */
    public void add(byte[] value, long window, Predicate<Aggregate> takes) {
        fields.read(value);
        count(window, takes);
    }

    /**
     * Counts an event in every aggregate.
     *
     * @param row texts of its {@link #columns}; absent ones are null
     * @param window start of the window of the job, or of a slice, that holds it, milliseconds since the epoch
     */
    public void add(Map<String, String> row, long window) {
        fields.take(row);
        count(window, every -> true);
    }

    private void count(long window, Predicate<Aggregate> takes) {
        byte[] visitor = fields.visitor();
        for (int i = 0; i < aggregates.size(); i++) {
            Aggregate aggregate = aggregates.get(i);
            if (takes.test(aggregate)) {
                count(i, aggregate, window, visitor);
            }
        }
    }

    private void count(int index, Aggregate aggregate, long window, byte @Nullable [] visitor) {
        int length = fields.writeKey(index, keyBytes);
        // A division for those alone whose slices are longer.
        long slice = slices[index] == windowSize ? window : window - Math.floorMod(window, slices[index]);
        int hash = Long.hashCode(ByteHash.of(keyBytes, 0, length, seed + slice * 31 + index));
        probe.set(index, slice, keyBytes, length, hash);
        Group group = groups.get(probe);
        if (group == null) {
            group = new Group();
            groups.put(probe.copy(), group);
            earliestEnd = Math.min(earliestEnd, slice + slices[index]);
        }
        group.hits++;
        if (visitor != null && aggregate.visitors()) {
            VisitorSketch visitors = group.visitors;
            if (visitors == null) {
                visitors = new VisitorSketch();
                group.visitors = visitors;
            }
            visitors.add(visitor);
        }
    }

    /** End of the earliest slice of which there are counts; {@link Long#MAX_VALUE} if there are none. */
    public long earliestEnd() {
        return earliestEnd;
    }

    /** How many groups of slices there are, some 200 bytes each while their visitors are few. */
    public int size() {
        return groups.size();
    }

    /** Hands on every group of every slice, and begins anew. */
    public void handOnAll() {
        groups.forEach((key, group) -> next.accept(new GroupCount(
                ids[key.aggregate],
                key.slice,
                key.slice + slices[key.aggregate],
                new String(key.bytes, 0, key.length, StandardCharsets.UTF_8),
                group.hits,
                group.visitors == null ? null : group.visitors.toBytes())));
        groups.clear();
        earliestEnd = Long.MAX_VALUE;
    }
}
