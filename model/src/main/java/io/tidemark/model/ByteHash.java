package io.tidemark.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A quick hash of bytes, for places in memory only: nothing that is kept depends on it, and it is no match for an enemy. */
public final class ByteHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MIXER = 0x9E3779B97F4A7C15L;

    private ByteHash() {}

    /** Multiply and rotate, eight bytes at a time. */
    public static long of(byte[] bytes, int from, int to, long seed) {
        long hash = seed + to - from;
        if (to - from >= Long.BYTES) {
            for (int at = from; at < to - Long.BYTES; at += Long.BYTES) {
                hash = mix(hash, (long) LONGS.get(bytes, at));
            }
            // What is left, and perhaps some bytes once more.
            hash = mix(hash, (long) LONGS.get(bytes, to - Long.BYTES));
        } else {
            for (int at = from; at < to; at++) {
                hash = mix(hash, bytes[at]);
            }
        }
        return hash ^ (hash >>> 29);
    }

    private static long mix(long hash, long word) {
        return Long.rotateLeft(hash ^ (word * MIXER), 29) * MIXER;
    }
}
