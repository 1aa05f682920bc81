package io.tidemark.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a raw record of the common form, a flat object of strings in ASCII. Whatever it is not sure of (another type, a
 * character beyond ASCII, {@code \}{@code u}, a field that is given twice) it leaves to the parser. For one record.
 */
final class RawScanner {
    /** What a record may hold; names and their order are {@link RawEventCodec}'s. */
    private static final byte[][] NAMES = {
        ascii("url"),
        ascii("referrer"),
        ascii("user_agent"),
        ascii("host"),
        ascii("ip"),
        ascii("headers"),
        ascii("event_time")
    };

    private static final int USER_AGENT = 2;
    private static final int HOST = 3;
    private static final int OTHER = -1;

    /** What is larger can be beyond the parser's limits. */
    private static final int LONGEST_RECORD = 1 << 20;

    private static final int LONGEST_NAME = 100;

    private final byte[] json;
    private final RecentTexts recent;
    private final @Nullable String[] texts = new String[NAMES.length];
    private int seen;
    private int at;

    /** @param recent hosts and user agents, which come again and again */
    RawScanner(byte[] json, RecentTexts recent) {
        this.json = json;
        this.recent = recent;
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads the record; false if it is the parser's, and the texts here mean nothing. */
    boolean scan() {
        if (json.length > LONGEST_RECORD || !skip('{')) {
            return false;
        }
        do {
            blanks();
            int nameFrom = at + 1;
            int nameTo = PlainJson.endOfString(json, at);
            if (nameTo < 0 || nameTo - nameFrom > LONGEST_NAME) {
                return false;
            }
            at = nameTo + 1;
            if (!skip(':') || !value(field(nameFrom, nameTo))) {
                return false;
            }
        } while (skip(','));
        if (!skip('}')) {
            return false;
        }
        blanks();
        return at == json.length;
    }

    @Nullable
    String url() {
        return texts[0];
    }

    @Nullable
    String referrer() {
        return texts[1];
    }

    @Nullable
    String userAgent() {
        return texts[USER_AGENT];
    }

    @Nullable
    String host() {
        return texts[HOST];
    }

    @Nullable
    String ip() {
        return texts[4];
    }

    @Nullable
    String headers() {
        return texts[5];
    }

    @Nullable
    String eventTime() {
        return texts[6];
    }

    private static boolean isBlank(byte each) {
        return each == ' ' || each == '\n' || each == '\r' || each == '\t';
    }

    private void blanks() {
        while (at < json.length && isBlank(json[at])) {
            at++;
        }
    }

    /** Goes on behind the character, and blanks before it, if it is there. */
    private boolean skip(char expected) {
        blanks();
        if (at < json.length && json[at] == expected) {
            at++;
            return true;
        }
        return false;
    }

    private int field(int from, int to) {
        for (int i = 0; i < NAMES.length; i++) {
            byte[] name = NAMES[i];
            if (name.length == to - from && Arrays.equals(json, from, to, name, 0, name.length)) {
                return i;
            }
        }
        return OTHER;
    }

    /** Reads a string; an unknown field's is skipped. */
    private boolean value(int field) {
        blanks();
        int from = at + 1;
        if (at >= json.length || json[at] != '"' || (field != OTHER && (seen & (1 << field)) != 0)) {
            return false;
        }
        int end = PlainJson.endOfPlain(json, from);
        if (end == json.length) {
            return false;
        }
        if (json[end] == '"') {
            at = end + 1;
            return field == OTHER || take(field, plain(field, from, end));
        }
        return escaped(field, from, end);
    }

    private String plain(int field, int from, int to) {
        return field == USER_AGENT || field == HOST
                ? recent.of(json, from, to)
                : new String(json, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private boolean take(int field, String text) {
        seen |= 1 << field;
        texts[field] = text;
        return true;
    }

    /** A string with escapes, as JSON inside of JSON has them; plain up to the first. */
    private boolean escaped(int field, int from, int firstEscape) {
        StringBuilder text = new StringBuilder(2 * (firstEscape - from) + 64);
        int start = from;
        int end = firstEscape;
        while (end < json.length && json[end] != '"') {
            int escape = json[end] == '\\' && end + 1 < json.length ? unescaped(json[end + 1]) : -1;
            if (escape < 0) {
                return false;
            }
            append(text, start, end);
            text.append((char) escape);
            start = end + 2;
            end = PlainJson.endOfPlain(json, start);
        }
        if (end >= json.length) {
            return false;
        }
        append(text, start, end);
        at = end + 1;
        return field == OTHER || take(field, text.toString());
    }

    private void append(StringBuilder text, int from, int to) {
        for (int i = from; i < to; i++) {
            text.append((char) json[i]);
        }
    }

    /** What an escape of one letter stands for (RFC 8259, section 7); -1 for any other. */
    private static int unescaped(byte letter) {
        return switch (letter) {
            case '"', '\\', '/' -> letter;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> -1;
        };
    }
}
