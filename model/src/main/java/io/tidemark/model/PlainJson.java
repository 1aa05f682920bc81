package io.tidemark.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for the ends of JSON strings in UTF-8, eight bytes at a time. */
final class PlainJson {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long ONES = 0x0101010101010101L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long BLANKS = ' ' * ONES;

    private PlainJson() {}

    /**
     * Index of the quote that ends the string whose quote begins there; -1 if it is no string, or one with an escape, a
     * control character or anything beyond ASCII.
     */
    static int endOfString(byte[] text, int quote) {
        if (quote >= text.length || text[quote] != '"') {
            return -1;
        }
        int end = endOfPlain(text, quote + 1);
        return end < text.length && text[end] == '"' ? end : -1;
    }

    /**
     * Index of the first byte from there on that is a quote, a backslash, a control character or beyond ASCII; the length
     * if there is none.
     */
    static int endOfPlain(byte[] text, int from) {
        int at = from;
        while (at + Long.BYTES <= text.length) {
            long word = (long) LONGS.get(text, at);
            long found = (special(word) | word) & HIGH_BITS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
            at += Long.BYTES;
        }
        while (at < text.length && !isSpecial(text[at]) && text[at] >= 0) {
            at++;
        }
        return at;
    }

    /** Whether there is a quote, a backslash or a control character, which JSON has escaped in a string. */
    static boolean needsEscapes(byte[] text) {
        int at = 0;
        for (; at + Long.BYTES <= text.length; at += Long.BYTES) {
            if ((special((long) LONGS.get(text, at)) & HIGH_BITS) != 0) {
                return true;
            }
        }
        for (; at < text.length; at++) {
            if (isSpecial(text[at])) {
                return true;
            }
        }
        return false;
    }

    static boolean isSpecial(byte each) {
        return (each >= 0 && each < ' ') || each == '"' || each == '\\';
    }

    /**
     * Sets the high bit of each byte that is a quote, a backslash or a control character, and perhaps those of bytes above
     * the lowest such one: "Determine if a word has a byte less than n", S. E. Anderson, Bit Twiddling Hacks.
     */
    private static long special(long word) {
        long quotes = word ^ QUOTES;
        long backslashes = word ^ BACKSLASHES;
        return ((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes) | ((word - BLANKS) & ~word);
    }
}
