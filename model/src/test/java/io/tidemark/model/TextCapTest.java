package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextCapTest {
    private static final long SEED = 42;

    @Test
    void textWithinItsCapIsTheSameInstance() {
        String text = "https://exämple.org/😀";
        assertThat(TextCap.URL.apply(text)).isSameAs(text);
        assertThat(TextCap.URL.isExceededBy(text)).isFalse();
    }

    @Test
    void longTextIsCutAtACharacter() {
        String text = "a".repeat(1_999) + "ä";
        assertThat(TextCap.REFERRER.apply(text)).isEqualTo("a".repeat(1_999));
        assertThat(TextCap.REFERRER.isExceededBy(text)).isTrue();
        assertThat(TextCap.REFERRER.apply("a".repeat(1_997) + "😀")).isEqualTo("a".repeat(1_997));
        assertThat(TextCap.REFERRER.apply("a".repeat(1_996) + "😀")).hasSize(1_998);
    }

    @Test
    void nulCharactersAreRemoved() {
        assertThat(TextCap.HOST.apply("a\0b\0")).isEqualTo("ab");
        assertThat(TextCap.HOST.isExceededBy("\0".repeat(1_000))).isFalse();
    }

    @Test
    void loneSurrogatesAreReplaced() {
        assertThat(TextCap.HOST.apply("a\uD800b")).isEqualTo("a\uFFFDb");
        assertThat(TextCap.HOST.apply("\uDC00\uD83D\uDE00\uD83D")).isEqualTo("\uFFFD\uD83D\uDE00\uFFFD");
    }

    @Test
    void anyTextEndsWithinItsCapAndIsUtf8() {
        Random random = new Random(SEED);
        char[] alphabet = {'a', 'ä', '€', '\0', '\uD83D', '\uDE00', '\uFFFF', 'z'};
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(600);
            for (int c = 0; c < length; c++) {
                text.append(alphabet[random.nextInt(alphabet.length)]);
            }
            String kept = TextCap.HOST.apply(text.toString());
            byte[] utf8 = kept.getBytes(StandardCharsets.UTF_8);
            assertThat(utf8.length).as("seed %d, text %d", SEED, i).isLessThanOrEqualTo(255);
            assertThat(new String(utf8, StandardCharsets.UTF_8)).isEqualTo(kept);
            assertThat(kept).doesNotContain("\0");
        }
    }
}
