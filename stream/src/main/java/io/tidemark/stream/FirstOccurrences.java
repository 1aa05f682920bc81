package io.tidemark.stream;

import io.tidemark.model.SourceCoordinates;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells which coordinates are seen for the first time. In the enriched topic the first occurrences of a source
 * partition's offsets are in ascending order, even where a writer and its successor overlap; so what is not above the
 * highest seen has been seen. For one thread.
 */
public final class FirstOccurrences {
    private final List<SourceCoordinates> last = new ArrayList<>();
    private int hint;

    /** Whether these coordinates are new; they then count as seen. */
    public boolean admit(SourceCoordinates source) {
        int known = find(source);
        if (known < 0) {
            last.add(source);
            hint = last.size() - 1;
            return true;
        }
        hint = known;
        if (source.offset() <= last.get(known).offset()) {
            return false;
        }
        last.set(known, source);
        return true;
    }

    /** Takes over what was seen before; of several positions in a partition the highest counts. */
    public void restore(Collection<SourceCoordinates> positions) {
        positions.forEach(this::admit);
    }

    /** The highest coordinates seen, one of each partition. */
    public List<SourceCoordinates> positions() {
        return List.copyOf(last);
    }

    private int find(SourceCoordinates source) {
        SourceCoordinates candidate = hint < last.size() ? last.get(hint) : null;
        if (isSame(candidate, source)) {
            return hint;
        }
        for (int i = 0; i < last.size(); i++) {
            if (isSame(last.get(i), source)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isSame(@Nullable SourceCoordinates candidate, SourceCoordinates source) {
        return candidate != null && candidate.samePartition(source);
    }
}
