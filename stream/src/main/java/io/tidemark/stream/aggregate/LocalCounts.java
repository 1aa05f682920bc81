package io.tidemark.stream.aggregate;

import io.tidemark.model.ByteHash;
import io.tidemark.model.HitScanner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Adds up hits by window, host and referrer until they are handed on. Each pair of host and referrer that it remembers has
 * its bytes and its count in one place, so that a hit costs one look there and no object. What it cannot remember,
 * because too many other pairs have the same places, is counted anew. Not thread-safe.
 *
 * <p>Its speed is that of memory: the smaller a pair, the more of them stay in the processor's cache. So texts are made
 * when they are handed on, not kept.
 */
final class LocalCounts {
    /** Pairs that are remembered at most, some 150 bytes each. A power of two. */
    private static final int PLACES = 1 << 16;

    /** Neighbouring places that a pair may take. A power of two. */
    private static final int WAYS = 4;

    /** Counts that wait to be handed on at most; some of them of pairs that are no longer remembered. */
    private static final int MOST_PENDING = 20_000;

    private final Consumer<HitCount> next;
    private final @Nullable Pair[] places = new Pair[PLACES];
    private final List<Pair> pending = new ArrayList<>();
    private long earliestWindow = Long.MAX_VALUE;

    LocalCounts(Consumer<HitCount> next) {
        this.next = next;
    }

    /** A host and a referrer, and their hits in one window at a time. */
    private static final class Pair {
        final int hash;
        final int hostLength;
        /** UTF-8 of the host, then of the referrer. */
        final byte[] texts;

        long window;
        long hits;
        boolean isPending;

        Pair(int hash, byte[] texts, int hostLength) {
            this.hash = hash;
            this.texts = texts;
            this.hostLength = hostLength;
        }

        boolean is(byte[] bytes, int hostFrom, int hostTo, int referrerFrom, int referrerTo) {
            return hostLength == hostTo - hostFrom
                    && Arrays.equals(texts, 0, hostLength, bytes, hostFrom, hostTo)
                    && Arrays.equals(texts, hostLength, texts.length, bytes, referrerFrom, referrerTo);
        }

        HitCount toHitCount() {
            return new HitCount(
                    window,
                    new String(texts, 0, hostLength, StandardCharsets.UTF_8),
                    new String(texts, hostLength, texts.length - hostLength, StandardCharsets.UTF_8),
                    hits);
        }
    }

    /** Counts a hit that was found by scanning. */
    void add(byte[] value, HitScanner found, long window) {
        count(pair(value, found.hostFrom(), found.hostTo(), found.referrerFrom(), found.referrerTo()), window);
    }

    /** Counts a hit that was parsed: of text that has a UTF-8 form, as all text of hits. */
    void add(String host, String referrer, long window) {
        byte[] texts = (host + referrer).getBytes(StandardCharsets.UTF_8);
        int hostLength = host.getBytes(StandardCharsets.UTF_8).length;
        count(pair(texts, 0, hostLength, hostLength, texts.length), window);
    }

    private Pair pair(byte[] bytes, int hostFrom, int hostTo, int referrerFrom, int referrerTo) {
        long mixed = ByteHash.of(bytes, referrerFrom, referrerTo, ByteHash.of(bytes, hostFrom, hostTo, 0));
        int hash = (int) mixed;
        int first = (int) (mixed >>> Integer.SIZE) & (PLACES - WAYS);
        for (int way = first; way < first + WAYS; way++) {
            Pair known = places[way];
            if (known == null) {
                return remember(way, hash, bytes, hostFrom, hostTo, referrerFrom, referrerTo);
            }
            if (known.hash == hash && known.is(bytes, hostFrom, hostTo, referrerFrom, referrerTo)) {
                return known;
            }
        }
        return remember(first + (hash & (WAYS - 1)), hash, bytes, hostFrom, hostTo, referrerFrom, referrerTo);
    }

    /** In place of what was there, whose count is handed on with all others. */
    private Pair remember(int way, int hash, byte[] bytes, int hostFrom, int hostTo, int referrerFrom, int referrerTo) {
        int hostLength = hostTo - hostFrom;
        int referrerLength = referrerTo - referrerFrom;
        byte[] texts = new byte[hostLength + referrerLength];
        System.arraycopy(bytes, hostFrom, texts, 0, hostLength);
        System.arraycopy(bytes, referrerFrom, texts, hostLength, referrerLength);
        Pair pair = new Pair(hash, texts, hostLength);
        places[way] = pair;
        return pair;
    }

    private void count(Pair pair, long window) {
        if (pair.window != window) {
            handOn(pair);
            pair.window = window;
        }
        pair.hits++;
        if (!pair.isPending) {
            pair.isPending = true;
            pending.add(pair);
        }
        if (window < earliestWindow) {
            earliestWindow = window;
        }
        if (pending.size() >= MOST_PENDING) {
            handOnAll();
        }
    }

    /** Start of the earliest window of which there are counts; {@link Long#MAX_VALUE} if there are none. */
    long earliestWindow() {
        return earliestWindow;
    }

    void handOnAll() {
        for (Pair pair : pending) {
            handOn(pair);
            pair.isPending = false;
        }
        pending.clear();
        earliestWindow = Long.MAX_VALUE;
    }

    private void handOn(Pair pair) {
        if (pair.hits > 0) {
            next.accept(pair.toHitCount());
            pair.hits = 0;
        }
    }
}
