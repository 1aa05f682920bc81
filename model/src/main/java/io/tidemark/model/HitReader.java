package io.tidemark.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what counting needs of enriched records, as {@link EnrichedEventCodec#decodeHit} does, several times as fast: it
 * scans their bytes, and gives the same texts the same instances again, for as long as it remembers them. Not thread-safe.
 */
public final class HitReader {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Pairs of host and referrer that are remembered, at most; some 300 bytes each. A power of two. */
    private static final int REMEMBERED = 1 << 15;

    private static final long MIXER = 0x9E3779B97F4A7C15L;

    private final EnrichedEventCodec codec = new EnrichedEventCodec();
    private final HitScanner scanner = new HitScanner();
    private final @Nullable Texts[] remembered = new Texts[REMEMBERED];

    /** A pair of texts beside its bytes. */
    // Its own, and never changed.
    @SuppressWarnings("ArrayRecordComponent")
    private record Texts(byte[] hostBytes, byte[] referrerBytes, String host, String referrer) {}

    /**
     * Reads a record's value.
     *
     * @throws InvalidEventException with a reason if host or timestamp cannot be read
     */
    public Hit read(byte @Nullable [] value) throws InvalidEventException {
        if (value == null || !scanner.scan(value)) {
            return codec.decodeHit(value);
        }
        Texts texts = texts(value);
        return new Hit(texts.host, texts.referrer, scanner.eventTimeMillis);
    }

    private Texts texts(byte[] value) {
        long hash = hash(value, scanner.hostFrom, scanner.hostTo, 0);
        hash = hash(value, scanner.referrerFrom, scanner.referrerTo, hash);
        int slot = (int) (hash >>> Integer.SIZE) & (REMEMBERED - 1);
        Texts found = remembered[slot];
        if (found == null
                || !isSame(found.hostBytes, value, scanner.hostFrom, scanner.hostTo)
                || !isSame(found.referrerBytes, value, scanner.referrerFrom, scanner.referrerTo)) {
            byte[] host = Arrays.copyOfRange(value, scanner.hostFrom, scanner.hostTo);
            byte[] referrer = Arrays.copyOfRange(value, scanner.referrerFrom, scanner.referrerTo);
            found = new Texts(
                    host,
                    referrer,
                    new String(host, StandardCharsets.ISO_8859_1),
                    new String(referrer, StandardCharsets.ISO_8859_1));
            remembered[slot] = found;
        }
        return found;
    }

    private static boolean isSame(byte[] known, byte[] value, int from, int to) {
        return Arrays.equals(known, 0, known.length, value, from, to);
    }

    /** Multiply and rotate, eight bytes at a time; only which texts are remembered depends on it. */
    private static long hash(byte[] bytes, int from, int to, long seed) {
        long hash = seed + to - from;
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            hash = Long.rotateLeft(hash ^ (long) LONGS.get(bytes, at) * MIXER, 29) * MIXER;
        }
        for (; at < to; at++) {
            hash = (hash ^ bytes[at]) * MIXER;
        }
        return hash ^ hash >>> 29;
    }
}
