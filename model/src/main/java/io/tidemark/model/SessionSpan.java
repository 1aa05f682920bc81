package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/**
 * Page views of one visitor that make up a session, or a part of one.
 *
 * @param first the first of them, by the order of {@link PageView}
 * @param last the last one
 * @param hits how many there are, at least 1
 */
public record SessionSpan(PageView first, PageView last, long hits) {
    public SessionSpan {
        requireNonNull(first, "first is null");
        requireNonNull(last, "last is null");
        if (hits < 1 || first.compareTo(last) > 0) {
            throw new IllegalArgumentException("No session: %d hits from %s to %s".formatted(hits, first, last));
        }
    }

    /** A session of one page view. */
    public static SessionSpan of(PageView view) {
        return new SessionSpan(view, view, 1);
    }

    /** Milliseconds since the epoch. */
    public long startMillis() {
        return first.timeMillis();
    }

    /** Milliseconds since the epoch. */
    public long endMillis() {
        return last.timeMillis();
    }

    /** Whether both are parts of one session: no pause between them is longer than the gap. */
    public boolean touches(SessionSpan other, long gapMillis) {
        return other.startMillis() - endMillis() <= gapMillis && startMillis() - other.endMillis() <= gapMillis;
    }

    /** Both together; no page view may be in both. */
    public SessionSpan with(SessionSpan other) {
        return new SessionSpan(
                first.compareTo(other.first) <= 0 ? first : other.first,
                last.compareTo(other.last) >= 0 ? last : other.last,
                hits + other.hits);
    }

    /**
     * The sessions that page views of one visitor make up.
     *
     * @param sorted in the order of {@link PageView}
     * @return in the order of time
     */
    public static List<SessionSpan> of(Iterable<PageView> sorted, long gapMillis) {
        List<SessionSpan> sessions = new ArrayList<>();
        sorted.forEach(view -> append(sessions, view, gapMillis));
        return sessions;
    }

    /** Adds a page view to the last of a visitor's sessions, or begins another. It is none before the last there. */
    public static void append(List<SessionSpan> sessions, PageView view, long gapMillis) {
        SessionSpan one = of(view);
        int newest = sessions.size() - 1;
        if (newest >= 0 && sessions.get(newest).touches(one, gapMillis)) {
            sessions.set(newest, sessions.get(newest).with(one));
        } else {
            sessions.add(one);
        }
    }
}
