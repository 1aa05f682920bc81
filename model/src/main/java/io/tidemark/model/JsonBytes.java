package io.tidemark.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes a flat JSON object, UTF-8, byte for byte as Jackson's generator would with {@code
 * COMBINE_UNICODE_SURROGATES_IN_UTF8}: texts are copied whole unless something in them has to be escaped. Not thread-safe.
 */
final class JsonBytes {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

    /** Of a control character, as {@code \}{@code u001F}. */
    private static final int LONGEST_ESCAPE = 6;

    private byte[] bytes;
    private int length;

    JsonBytes(int capacity) {
        bytes = new byte[capacity];
        bytes[length++] = '{';
    }

    /** The name of a field as it is written: with its quotes, and a colon behind it. */
    static byte[] name(String name) {
        return ('"' + name + "\":").getBytes(StandardCharsets.US_ASCII);
    }

    /** @param value without lone surrogates; null is written as such */
    JsonBytes text(byte[] name, @Nullable String value) {
        if (value == null) {
            return literal(name, NULL);
        }
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        begin(name, utf8.length + 2);
        bytes[length++] = '"';
        if (PlainJson.needsEscapes(utf8)) {
            escaped(utf8);
        } else {
            append(utf8);
        }
        bytes[length++] = '"';
        return this;
    }

    /** Writes a text that is known; nothing for null. */
    JsonBytes known(byte[] name, @Nullable String value) {
        return value == null ? this : text(name, value);
    }

    JsonBytes bool(byte[] name, boolean value) {
        return literal(name, value ? TRUE : FALSE);
    }

    /** Ends the object; nothing may be written after it. */
    byte[] end() {
        room(1);
        bytes[length++] = '}';
        return Arrays.copyOf(bytes, length);
    }

    private JsonBytes literal(byte[] name, byte[] value) {
        begin(name, value.length);
        append(value);
        return this;
    }

    private void begin(byte[] name, int more) {
        room(1 + name.length + more);
        if (length > 1) {
            bytes[length++] = ',';
        }
        append(name);
    }

    private void escaped(byte[] utf8) {
        room(LONGEST_ESCAPE * utf8.length + 1);
        for (byte each : utf8) {
            if (!PlainJson.isSpecial(each)) {
                bytes[length++] = each;
                continue;
            }
            bytes[length++] = '\\';
            switch (each) {
                case '\b' -> bytes[length++] = 'b';
                case '\t' -> bytes[length++] = 't';
                case '\n' -> bytes[length++] = 'n';
                case '\f' -> bytes[length++] = 'f';
                case '\r' -> bytes[length++] = 'r';
                case '"', '\\' -> bytes[length++] = each;
                default -> {
                    bytes[length++] = 'u';
                    bytes[length++] = '0';
                    bytes[length++] = '0';
                    bytes[length++] = HEX[each >>> 4];
                    bytes[length++] = HEX[each & 0xF];
                }
            }
        }
    }

    private void append(byte[] more) {
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    private void room(int wanted) {
        if (bytes.length - length < wanted) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(length, wanted)));
        }
    }
}
