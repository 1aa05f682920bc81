package io.tidemark.model;

import java.nio.charset.StandardCharsets;

/**
 * Finds in an enriched record what counting needs, without making any object: the fast way for records of the form that
 * {@link EnrichedEventCodec} writes. Whatever it is not sure of (an escape, a character beyond ASCII, a field that is given
 * twice, a number) it leaves to the parser. Not thread-safe.
 */
public final class HitScanner {
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
            int nameTo = PlainJson.endOfString(text, at);
            if (nameTo < 0 || byteAt(nameTo + 1) != ':') {
                return false;
            }
            int from = nameTo + 2;
            boolean isString = byteAt(from) == '"';
            int to = isString ? PlainJson.endOfString(text, from) : endOfNull(from);
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

    /** Behind a {@code null} that nothing but the end of its field follows; -1 if there is none. */
    private int endOfNull(int from) {
        int to = from + NULL.length;
        return matches(from, NULL) && (byteAt(to) == ',' || byteAt(to) == '}') ? to : -1;
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
}
