package io.tidemark.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The groups of a window, put together from those of its slices. Not thread-safe. */
public final class MergedGroups {
    private final Map<String, Group> groups = new HashMap<>();

    private static final class Group {
        long hits;

        /** Of all that were added so far, unless there is a union of them. */
        byte @Nullable [] visitors;

        @Nullable
        VisitorUnion union;

        void add(byte[] sketch) {
            byte[] known = visitors;
            if (union != null) {
                union.add(sketch);
            } else if (known == null) {
                visitors = sketch;
            } else if (!Arrays.equals(known, sketch)) {
                union = new VisitorUnion();
                union.add(known);
                union.add(sketch);
            }
        }

        byte @Nullable [] sketch() {
            return union == null ? visitors : union.toBytes();
        }
    }

    /** Takes what was counted of a group. */
    @FunctionalInterface
    public interface Taker {
        void take(String key, long hits, byte @Nullable [] visitors);
    }

    /**
     * Adds what a slice counts of a group.
     *
     * @param visitors their sketch; null if none is known. It is not changed
     */
    public void add(String key, long hits, byte @Nullable [] visitors) {
        Group group = groups.computeIfAbsent(key, none -> new Group());
        group.hits += hits;
        if (visitors != null) {
            group.add(visitors);
        }
    }

    /** Hands out each group once, in no order. */
    public void forEach(Taker taker) {
        groups.forEach((key, group) -> taker.take(key, group.hits, group.sketch()));
    }
}
