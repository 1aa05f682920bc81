package io.tidemark.model;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentTextsTest {
    private final RecentTexts recent = new RecentTexts();

    private String of(String text) {
        byte[] around = ("<<" + text + ">>").getBytes(US_ASCII);
        return recent.of(around, 2, around.length - 2);
    }

    @Test
    void aTextThatComesAgainIsTheSameObject() {
        assertThat(of("Mozilla/5.0")).isEqualTo("Mozilla/5.0").isSameAs(of("Mozilla/5.0"));
        assertThat(of("")).isEmpty();
    }

    /** Ten times as many as it remembers. */
    @Test
    void textsInTheSamePlaceAreNeverTakenForEachOther() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 40_000; i++) {
                assertThat(of("agent " + i)).isEqualTo("agent " + i);
            }
        }
    }
}
