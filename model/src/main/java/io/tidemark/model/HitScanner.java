package io.tidemark.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Finds in an enriched record what counting needs, without making any object: the fast way for records of the form that
 * {@link EnrichedEventCodec} writes. Whatever it is not sure of (an escape, a character beyond ASCII, a field that is given
 * twice, a number) it leaves to the parser. Not thread-safe.
 */
public final class HitScanner {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long ONES = 0x0101010101010101L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long BLANKS = ' ' * ONES;

    private static final byte[] HOST = "host".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REFERRER = "referrer".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TIMESTAMP = "event_timestamp".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private byte[] text = new byte[0];

    private int hostFrom;
    private int hostTo;
    private int referrerFrom;
    private int referrerTo;
    private long eventTimeMillis;

    /** Looks into a record's value. If not all was found, what the methods here tell means nothing. */
    public boolean scan(byte[] value) {
        text = value;
        hostFrom = -1;
        referrerFrom = -1;
        eventTimeMillis = EventTime.NONE;
        if (value.length == 0 || value[0] != '{') {
            return false;
        }
        int at = 1;
        while (true) {
            int nameTo = endOfString(at);
            if (nameTo < 0 || byteAt(nameTo + 1) != ':') {
                return false;
            }
            int from = nameTo + 2;
            boolean isString = byteAt(from) == '"';
            int to = isString ? endOfString(from) : matches(from, NULL) ? from + NULL.length : -1;
            if (to < 0 || !take(at + 1, nameTo, from + 1, isString ? to : from + 1, isString)) {
                return false;
            }
            if (hostFrom >= 0 && referrerFrom >= 0 && eventTimeMillis != EventTime.NONE) {
                return true;
            }
            at = isString ? to + 1 : to;
            if (byteAt(at) != ',') {
                return false;
            }
            at++;
        }
    }

    /** Where the host's text begins: ASCII, not blank, within its cap. */
    public int hostFrom() {
        return hostFrom;
    }

    /** Where the host's text has ended. */
    public int hostTo() {
        return hostTo;
    }

    /** Where the referrer's text begins: ASCII, within its cap. */
    public int referrerFrom() {
        return referrerFrom;
    }

    /** Where the referrer's text has ended; where it begins, if there is none. */
    public int referrerTo() {
        return referrerTo;
    }

    /** Milliseconds since the epoch. */
    public long eventTimeMillis() {
        return eventTimeMillis;
    }

    /** Takes a field over if it is one that counts; false if that is for the parser to decide. */
    private boolean take(int nameFrom, int nameTo, int from, int to, boolean isString) {
        if (isName(nameFrom, nameTo, HOST)) {
            boolean usable = hostFrom < 0 && isString && isHost(from, to);
            hostFrom = from;
            hostTo = to;
            return usable;
        } else if (isName(nameFrom, nameTo, REFERRER)) {
            boolean usable = referrerFrom < 0 && to - from <= TextCap.REFERRER.maxBytes();
            referrerFrom = from;
            referrerTo = to;
            return usable;
        } else if (isName(nameFrom, nameTo, TIMESTAMP)) {
            boolean first = eventTimeMillis == EventTime.NONE;
            eventTimeMillis = isString ? EventTime.parseWritten(text, from, to) : EventTime.NONE;
            return first && eventTimeMillis != EventTime.NONE;
        }
        return true;
    }

    /** Within its cap, and surely not blank, since it does not begin so. */
    private boolean isHost(int from, int to) {
        return to > from && to - from <= TextCap.HOST.maxBytes() && text[from] > ' ';
    }

    private boolean isName(int from, int to, byte[] name) {
        return to - from == name.length && matches(from, name);
    }

    private boolean matches(int from, byte[] expected) {
        if (from + expected.length > text.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (text[from + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }

    private int byteAt(int at) {
        return at < text.length ? text[at] : -1;
    }

    /** Index of the quote that ends the string whose quote begins there; -1 if it is no string, or not a plain one. */
    private int endOfString(int quote) {
        if (byteAt(quote) != '"') {
            return -1;
        }
        int at = quote + 1;
        while (at + Long.BYTES <= text.length) {
            long found = special((long) LONGS.get(text, at));
            if (found != 0) {
                int end = at + (Long.numberOfTrailingZeros(found) >>> 3);
                return text[end] == '"' ? end : -1;
            }
            at += Long.BYTES;
        }
        for (; at < text.length; at++) {
            byte each = text[at];
            if (each == '"') {
                return at;
            } else if (each < ' ' || each == '\\') {
                return -1;
            }
        }
        return -1;
    }

    /**
     * Sets the high bit of each byte that is a quote, a backslash, a control character or beyond ASCII, and perhaps those
     * of bytes above the lowest such one: "Determine if a word has a byte less than n", S. E. Anderson, Bit Twiddling Hacks.
     */
    private static long special(long word) {
        long quotes = word ^ QUOTES;
        long backslashes = word ^ BACKSLASHES;
        long found = (quotes - ONES) & ~quotes;
        found |= (backslashes - ONES) & ~backslashes;
        found |= (word - BLANKS) & ~word;
        return (found | word) & HIGH_BITS;
    }
}
