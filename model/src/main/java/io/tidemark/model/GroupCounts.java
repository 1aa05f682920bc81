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

/** Adds up hits and visitors by aggregate, window and group until they are handed on. Not thread-safe. */
public final class GroupCounts {
    private final List<Aggregate> aggregates;
    private final String[] ids;

    /** So that nobody can make up texts that are slow to look up. */
    private final long seed = new SplittableRandom().nextLong();

    private final EventFields fields;
    private final Consumer<GroupCount> next;
    private final Map<Key, Group> groups = new HashMap<>();
    private final byte[] keyBytes = new byte[Aggregate.MAX_KEY_BYTES + Dimension.values().length];
    private final Key probe = new Key();
    private long earliestWindow = Long.MAX_VALUE;

    /**
     * Nothing counted yet.
     *
     * @param next takes what is handed on
     */
    public GroupCounts(List<Aggregate> aggregates, Consumer<GroupCount> next) {
        this.aggregates = List.copyOf(aggregates);
        this.ids = aggregates.stream().map(Aggregate::id).toArray(String[]::new);
        this.fields = new EventFields(aggregates);
        this.next = next;
    }

    /** The columns of {@code processed_events} that are told from, see {@link #add(Map, long)}. */
    public Set<String> columns() {
        return fields.columns();
    }

    /** A group of a window; as a map's key, or to look for one with. */
    private static final class Key {
        int aggregate;
        long window;
        byte[] bytes = {};
        int length;
        int hash;

        void set(int newAggregate, long newWindow, byte[] newBytes, int newLength, int newHash) {
            aggregate = newAggregate;
            window = newWindow;
            bytes = newBytes;
            length = newLength;
            hash = newHash;
        }

        Key copy() {
            Key copy = new Key();
            copy.set(aggregate, window, Arrays.copyOf(bytes, length), length, hash);
            return copy;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && aggregate == key.aggregate
                    && window == key.window
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
     * @param window start of its window, milliseconds since the epoch
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
     * @param window start of its window, milliseconds since the epoch
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
        int hash = Long.hashCode(ByteHash.of(keyBytes, 0, length, seed + window * 31 + index));
        probe.set(index, window, keyBytes, length, hash);
        Group group = groups.get(probe);
        if (group == null) {
            group = new Group();
            groups.put(probe.copy(), group);
            earliestWindow = Math.min(earliestWindow, window);
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

    /** Start of the earliest window of which there are counts; {@link Long#MAX_VALUE} if there are none. */
    public long earliestWindow() {
        return earliestWindow;
    }

    /** How many groups of windows there are, some 200 bytes each while their visitors are few. */
    public int size() {
        return groups.size();
    }

    /** Hands on every group of every window, and begins anew. */
    public void handOnAll() {
        groups.forEach((key, group) -> next.accept(new GroupCount(
                ids[key.aggregate],
                key.window,
                new String(key.bytes, 0, key.length, StandardCharsets.UTF_8),
                group.hits,
                group.visitors == null ? null : group.visitors.toBytes())));
        groups.clear();
        earliestWindow = Long.MAX_VALUE;
    }
}
