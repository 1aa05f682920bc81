package io.tidemark.store;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A set of offsets of one partition, a bit each, so that tens of millions take a few megabytes. Not thread-safe. */
public final class AuditOffsets {
    private static final int CHUNK_SHIFT = 16;
    private static final int CHUNK_SIZE = 1 << CHUNK_SHIFT;
    private static final int WORD_SIZE = Long.SIZE;

    private final NavigableMap<Long, BitSet> chunks = new TreeMap<>();

    /** Offsets side by side, {@code first} to {@code last}, both of them in it. */
    public record Range(long first, long last) {
        @Override
        public String toString() {
            return first == last ? Long.toString(first) : first + " to " + last;
        }
    }

    public static AuditOffsets of(long... offsets) {
        AuditOffsets set = new AuditOffsets();
        for (long offset : offsets) {
            set.add(offset);
        }
        return set;
    }

    /** Adds an offset; tells whether it was not in the set before. */
    public boolean add(long offset) {
        BitSet chunk = chunks.computeIfAbsent(offset >> CHUNK_SHIFT, none -> new BitSet(CHUNK_SIZE));
        int bit = (int) (offset & (CHUNK_SIZE - 1));
        boolean isNew = !chunk.get(bit);
        chunk.set(bit);
        return isNew;
    }

    /** Adds up to 64 offsets: bit {@code n} of {@code bits} stands for offset {@code word * 64 + n}. */
    void addWord(long word, long bits) {
        long first = word * WORD_SIZE;
        for (long rest = bits; rest != 0; rest &= rest - 1) {
            add(first + Long.numberOfTrailingZeros(rest));
        }
    }

    /** Adds those from {@code from} on and before {@code to}. */
    void addRange(long from, long to) {
        for (long at = from; at < to; ) {
            long start = (at >> CHUNK_SHIFT) << CHUNK_SHIFT;
            long end = Math.min(to, start + CHUNK_SIZE);
            chunks.computeIfAbsent(at >> CHUNK_SHIFT, none -> new BitSet(CHUNK_SIZE))
                    .set((int) (at - start), (int) (end - start));
            at = end;
        }
    }

    public void addAll(AuditOffsets others) {
        others.chunks.forEach((key, chunk) ->
                chunks.computeIfAbsent(key, none -> new BitSet(CHUNK_SIZE)).or(chunk));
    }

    public boolean contains(long offset) {
        BitSet chunk = chunks.get(offset >> CHUNK_SHIFT);
        return chunk != null && chunk.get((int) (offset & (CHUNK_SIZE - 1)));
    }

    public long size() {
        return chunks.values().stream().mapToLong(BitSet::cardinality).sum();
    }

    public boolean isEmpty() {
        return chunks.values().stream().allMatch(BitSet::isEmpty);
    }

    /** A copy without those that are also in the other set. */
    public AuditOffsets minus(AuditOffsets others) {
        AuditOffsets copy = copy();
        copy.chunks.forEach((key, chunk) -> {
            BitSet other = others.chunks.get(key);
            if (other != null) {
                chunk.andNot(other);
            }
        });
        return copy;
    }

    /** A copy of those that are in both sets. */
    public AuditOffsets and(AuditOffsets others) {
        AuditOffsets copy = copy();
        copy.chunks.keySet().retainAll(others.chunks.keySet());
        copy.chunks.forEach((key, chunk) -> chunk.and(others.chunks.getOrDefault(key, new BitSet())));
        return copy;
    }

    /** A copy of those at or after {@code from} and before {@code to}. */
    public AuditOffsets between(long from, long to) {
        AuditOffsets copy = new AuditOffsets();
        if (from >= to) {
            return copy;
        }
        for (Map.Entry<Long, BitSet> entry : chunks.subMap(from >> CHUNK_SHIFT, true, (to - 1) >> CHUNK_SHIFT, true)
                .entrySet()) {
            long start = entry.getKey() << CHUNK_SHIFT;
            BitSet chunk = (BitSet) entry.getValue().clone();
            if (from > start) {
                chunk.clear(0, (int) (from - start));
            }
            if (to < start + CHUNK_SIZE) {
                chunk.clear((int) (to - start), CHUNK_SIZE);
            }
            copy.chunks.put(entry.getKey(), chunk);
        }
        return copy;
    }

    private AuditOffsets copy() {
        AuditOffsets copy = new AuditOffsets();
        chunks.forEach((key, chunk) -> copy.chunks.put(key, (BitSet) chunk.clone()));
        return copy;
    }

    /** The first ranges of the set, at most so many. */
    public List<Range> ranges(int most) {
        List<Range> ranges = new ArrayList<>();
        long at = chunks.isEmpty() ? Long.MAX_VALUE : nextIn(chunks.firstKey() << CHUNK_SHIFT);
        while (at != Long.MAX_VALUE && ranges.size() < most) {
            long end = nextNotIn(at);
            ranges.add(new Range(at, end - 1));
            at = nextIn(end);
        }
        return ranges;
    }

    /** The first ranges of what is at or after {@code from} and before {@code to} and not in the set, at most so many. */
    public List<Range> gaps(long from, long to, int most) {
        List<Range> gaps = new ArrayList<>();
        long at = from;
        while (at < to && gaps.size() < most) {
            long start = nextNotIn(at);
            if (start >= to) {
                break;
            }
            long end = Math.min(to, nextIn(start));
            gaps.add(new Range(start, end - 1));
            at = end;
        }
        return gaps;
    }

    /** The first offset in the set at or after that one; {@link Long#MAX_VALUE} if there is none. */
    private long nextIn(long offset) {
        long from = offset;
        for (Map.Entry<Long, BitSet> entry :
                chunks.tailMap(offset >> CHUNK_SHIFT, true).entrySet()) {
            long start = entry.getKey() << CHUNK_SHIFT;
            int bit = entry.getValue().nextSetBit((int) Math.max(0, from - start));
            if (bit >= 0) {
                return start + bit;
            }
            from = start + CHUNK_SIZE;
        }
        return Long.MAX_VALUE;
    }

    /** The first offset at or after that one that is not in the set. */
    private long nextNotIn(long offset) {
        long at = offset;
        while (true) {
            BitSet chunk = chunks.get(at >> CHUNK_SHIFT);
            if (chunk == null) {
                return at;
            }
            long start = (at >> CHUNK_SHIFT) << CHUNK_SHIFT;
            int bit = chunk.nextClearBit((int) (at - start));
            if (bit < CHUNK_SIZE) {
                return start + bit;
            }
            at = start + CHUNK_SIZE;
        }
    }

    /** How many, and where the first are. */
    @Override
    public String toString() {
        return size() + " offsets: " + ranges(10);
    }
}
