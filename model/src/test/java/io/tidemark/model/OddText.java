package io.tidemark.model;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Texts that JSON writes in more than one way. */
final class OddText {
    private static final String PIECES = "a \"\\/\u0001\n\t\r\b\f\u001f\u007f\u00e9\u20ac\ud83d\ude00\ud800:,{}";

    private OddText() {}

    /** Short, of letters and what has to be escaped, also of lone surrogates. */
    static String of(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(30); length > 0; length--) {
            text.append(PIECES.charAt(random.nextInt(PIECES.length())));
        }
        return text.toString();
    }

    /** Mostly plain, sometimes odd, sometimes null. */
    static @Nullable String orNull(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> of(random);
            case 1 -> null;
            default -> "/plain/" + random.nextInt();
        };
    }
}
