package io.tidemark.stream.aggregate;

import io.tidemark.model.HitScanner;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Adds up hits by window, host and referrer until they are handed on. Each pair of host and referrer that it remembers has
 * its texts and its count in one place, found by the bytes of both, so that a hit costs one look there and no object. What
 * it cannot remember, because another pair has the same place, is counted anew. Not thread-safe.
 */
final class LocalCounts {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Pairs that are remembered at most, some 300 bytes each. A power of two. */
    private static final int PLACES = 1 << 15;

    /** Counts that wait to be handed on at most; some of them of pairs that are no longer remembered. */
    private static final int MOST_PENDING = 20_000;

    private static final long MIXER = 0x9E3779B97F4A7C15L;

    private final Consumer<HitCount> next;
    private final @Nullable Pair[] places = new Pair[PLACES];
    private final List<Pair> pending = new ArrayList<>();
    private long earliestWindow = Long.MAX_VALUE;

    LocalCounts(Consumer<HitCount> next) {
        this.next = next;
    }

    /** A host and a referrer, and their hits in one window at a time. */
    private static final class Pair {
        final byte[] hostBytes;
        final byte[] referrerBytes;
        final String host;
        final String referrer;
        long window;
        long hits;
        boolean isPending;

        Pair(byte[] hostBytes, byte[] referrerBytes, String host, String referrer) {
            this.hostBytes = hostBytes;
            this.referrerBytes = referrerBytes;
            this.host = host;
            this.referrer = referrer;
        }

        boolean is(byte[] hosts, int hostFrom, int hostTo, byte[] referrers, int referrerFrom, int referrerTo) {
            return Arrays.equals(hostBytes, 0, hostBytes.length, hosts, hostFrom, hostTo)
                    && Arrays.equals(referrerBytes, 0, referrerBytes.length, referrers, referrerFrom, referrerTo);
        }
    }

    /** Counts a hit that was found by scanning. */
    void add(byte[] value, HitScanner found, long window) {
        int slot = slot(hash(value, found.hostFrom(), found.hostTo(), value, found.referrerFrom(), found.referrerTo()));
        Pair pair = places[slot];
        if (pair == null
                || !pair.is(value, found.hostFrom(), found.hostTo(), value, found.referrerFrom(), found.referrerTo())) {
            byte[] host = Arrays.copyOfRange(value, found.hostFrom(), found.hostTo());
            byte[] referrer = Arrays.copyOfRange(value, found.referrerFrom(), found.referrerTo());
            pair = new Pair(
                    host,
                    referrer,
                    new String(host, StandardCharsets.ISO_8859_1),
                    new String(referrer, StandardCharsets.ISO_8859_1));
            places[slot] = pair;
        }
        count(pair, window);
    }

    /** Counts a hit that was parsed. */
    void add(String host, String referrer, long window) {
        byte[] hosts = host.getBytes(StandardCharsets.UTF_8);
        byte[] referrers = referrer.getBytes(StandardCharsets.UTF_8);
        int slot = slot(hash(hosts, 0, hosts.length, referrers, 0, referrers.length));
        Pair pair = places[slot];
        if (pair == null || !pair.is(hosts, 0, hosts.length, referrers, 0, referrers.length)) {
            pair = new Pair(hosts, referrers, host, referrer);
            places[slot] = pair;
        }
        count(pair, window);
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
            next.accept(new HitCount(pair.window, pair.host, pair.referrer, pair.hits));
            pair.hits = 0;
        }
    }

    private static int slot(long hash) {
        return (int) (hash >>> Integer.SIZE) & (PLACES - 1);
    }

    private static long hash(
            byte[] hosts, int hostFrom, int hostTo, byte[] referrers, int referrerFrom, int referrerTo) {
        return hash(referrers, referrerFrom, referrerTo, hash(hosts, hostFrom, hostTo, 0));
    }

    /** Multiply and rotate, eight bytes at a time; only which pairs are remembered depends on it. */
    private static long hash(byte[] bytes, int from, int to, long seed) {
        long hash = seed + to - from;
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            hash = Long.rotateLeft(hash ^ ((long) LONGS.get(bytes, at) * MIXER), 29) * MIXER;
        }
        for (; at < to; at++) {
            hash = (hash ^ bytes[at]) * MIXER;
        }
        return hash ^ (hash >>> 29);
    }
}
