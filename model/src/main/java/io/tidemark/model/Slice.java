package io.tidemark.model;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A text that stands among other bytes, as UTF-8. Not thread-safe. */
final class Slice {
    private static final byte[] NOTHING = {};

    byte[] bytes = NOTHING;
    int from;
    int to;

    void set(byte[] all, int start, int end) {
        bytes = all;
        from = start;
        to = end;
    }

    void set(String text) {
        byte[] all = text.getBytes(UTF_8);
        set(all, 0, all.length);
    }

    void clear() {
        set(NOTHING, 0, 0);
    }

    int length() {
        return to - from;
    }

    String text() {
        return new String(bytes, from, length(), UTF_8);
    }
}
