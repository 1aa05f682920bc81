package io.tidemark.model;

/**
 * The most bytes of UTF-8 that a text field keeps. Longer text is cut at a character; NUL, which Postgres refuses, is
 * removed; a lone surrogate, which has no UTF-8 form, becomes U+FFFD.
 */
public enum TextCap {
    HOST(255),
    IP(255),
    /** Part of a key; a Postgres btree key holds at most 2,704 bytes. */
    REFERRER(2_000),
    USER_AGENT(2_048),
    URL(8_192),
    /** What is wrong with a rejected record. */
    MESSAGE(1_000),
    /** Names of places, campaigns, devices and the like. */
    NAME(255);

    private static final int MAX_BYTES_A_CHAR = 3;
    private static final char REPLACEMENT = '\uFFFD';

    private final int maxBytes;

    TextCap(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The cap in bytes of UTF-8. */
    public int maxBytes() {
        return maxBytes;
    }

    /** The text within the cap; the same instance if nothing had to change. */
    public String apply(String text) {
        return isClean(text) ? text : clean(text);
    }

    /** Whether the text has to be cut: NUL characters, which are removed anyway, do not count. */
    public boolean isExceededBy(String text) {
        if (text.length() <= maxBytes / MAX_BYTES_A_CHAR) {
            return false;
        }
        int bytes = 0;
        for (int i = 0; i < text.length() && bytes <= maxBytes; i++) {
            char c = text.charAt(i);
            boolean pair = Character.isSurrogate(c) && isPair(text, i);
            bytes += c == 0 ? 0 : c < 0x80 ? 1 : c < 0x800 ? 2 : pair ? 4 : 3;
            i += pair ? 1 : 0;
        }
        return bytes > maxBytes;
    }

    private boolean isClean(String text) {
        int length = text.length();
        if (length > maxBytes) {
            return false;
        }
        int bytes = 0;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return false;
            }
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (isPair(text, i)) {
                bytes += 4;
                i++;
            } else {
                return false;
            }
        }
        return bytes <= maxBytes;
    }

    private String clean(String text) {
        StringBuilder kept = new StringBuilder(Math.min(text.length(), maxBytes));
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                continue;
            }
            boolean pair = Character.isSurrogate(c) && isPair(text, i);
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : pair ? 4 : 3;
            if (bytes > maxBytes) {
                break;
            }
            if (pair) {
                kept.append(c).append(text.charAt(++i));
            } else {
                kept.append(Character.isSurrogate(c) ? REPLACEMENT : c);
            }
        }
        return kept.toString();
    }

    private static boolean isPair(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
    }
}
