package io.tidemark.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Tells UTF-8 from other bytes, as strictly as Unicode defines it. The JSON parser is laxer: it takes overlong forms,
 * surrogates and code points beyond U+10FFFF for text, and bytes with NULs for UTF-16.
 */
final class Utf8 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long ONES = 0x0101010101010101L;

    private Utf8() {}

    /** Index of the first byte that is no part of a character, or is NUL, which no JSON holds; -1 if there is none. */
    static int firstInvalid(byte[] text) {
        int at = 0;
        while (at < text.length) {
            if (at + Long.BYTES <= text.length && isPlain((long) LONGS.get(text, at))) {
                at += Long.BYTES;
                continue;
            }
            int length = lengthAt(text, at);
            if (length == 0) {
                return at;
            }
            at += length;
        }
        return -1;
    }

    /** Eight characters of ASCII, none of them NUL. */
    private static boolean isPlain(long word) {
        return ((word | (word - ONES)) & HIGH_BITS) == 0;
    }

    /** Bytes of the character that begins there, 0 if none does: Unicode 15, table 3-7, "Well-Formed UTF-8 Byte Sequences". */
    private static int lengthAt(byte[] text, int at) {
        int first = text[at] & 0xFF;
        if (first < 0x80) {
            return first == 0 ? 0 : 1;
        } else if (first < 0xC2) {
            return 0;
        } else if (first < 0xE0) {
            return isWithin(text, at + 1, 0x80, 0xBF) ? 2 : 0;
        } else if (first < 0xF0) {
            int least = first == 0xE0 ? 0xA0 : 0x80;
            int most = first == 0xED ? 0x9F : 0xBF;
            return isWithin(text, at + 1, least, most) && isWithin(text, at + 2, 0x80, 0xBF) ? 3 : 0;
        } else if (first < 0xF5) {
            int least = first == 0xF0 ? 0x90 : 0x80;
            int most = first == 0xF4 ? 0x8F : 0xBF;
            return isWithin(text, at + 1, least, most)
                            && isWithin(text, at + 2, 0x80, 0xBF)
                            && isWithin(text, at + 3, 0x80, 0xBF)
                    ? 4
                    : 0;
        }
        return 0;
    }

    private static boolean isWithin(byte[] text, int at, int least, int most) {
        return at < text.length && (text[at] & 0xFF) >= least && (text[at] & 0xFF) <= most;
    }
}
