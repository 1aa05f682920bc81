package io.tidemark.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Texts that were read lately: one that comes again is the same object, which need not be made, and knows its hash. Threads may
 * share it: entries never change, and which of them is in a place makes no difference but to speed.
 */
final class RecentTexts {
    private static final int LG_PLACES = 12;

    /** What is longer is made anew each time: 4,096 such texts would fill the heap. */
    private static final int LONGEST = TextCap.USER_AGENT.maxBytes();

    private final @Nullable Entry[] places = new Entry[1 << LG_PLACES];

    private static final class Entry {
        final byte[] bytes;
        final String text;

        Entry(byte[] bytes, String text) {
            this.bytes = bytes;
            this.text = text;
        }
    }

    /** The text of these bytes, which are ASCII. */
    String of(byte[] all, int from, int to) {
        if (to - from > LONGEST) {
            return new String(all, from, to - from, StandardCharsets.ISO_8859_1);
        }
        int place = (int) (ByteHash.of(all, from, to, 0) >>> (Long.SIZE - LG_PLACES));
        Entry known = places[place];
        if (known != null && Arrays.equals(known.bytes, 0, known.bytes.length, all, from, to)) {
            return known.text;
        }
        byte[] bytes = Arrays.copyOfRange(all, from, to);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        places[place] = new Entry(bytes, text);
        return text;
    }
}
