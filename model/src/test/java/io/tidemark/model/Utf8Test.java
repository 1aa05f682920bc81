package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8Test {
    @ParameterizedTest
    @CsvSource({
        "'', -1",
        "61, -1",
        "6162636465666768, -1",
        "c3a9, -1",
        "e282ac, -1",
        "f09f9880, -1",
        "efbfbf, -1",
        "f48fbfbf, -1",
        "00, 0",
        "616263646566676800, 8",
        "6162630065666768, 3",
        "c080, 0",
        "c1bf, 0",
        "e080af, 0",
        "f08080af, 0",
        "eda080, 0",
        "edbfbf, 0",
        "f4908080, 0",
        "f8888080, 0",
        "ff, 0",
        "61c3, 1",
        "6162636465666768e282, 8",
        "80, 0",
        "c3a9a9, 2",
    })
    void firstByteThatIsNoTextIsFound(String hex, int at) {
        assertThat(Utf8.firstInvalid(HexFormat.of().parseHex(hex))).isEqualTo(at);
    }

    /** The first and last byte of every range that Unicode tells apart, in every order. */
    @Test
    void everySequenceOfFourBytesAtALimitIsJudgedAsTheJdkJudgesIt() {
        byte[] limits = HexFormat.of().parseHex("01207f808f909fa0bfc0c1c2dfe0e1ecedeeeff0f1f3f4f5ff");
        byte[] text = new byte[4];
        for (byte first : limits) {
            for (byte second : limits) {
                for (byte third : limits) {
                    for (byte fourth : limits) {
                        text[0] = first;
                        text[1] = second;
                        text[2] = third;
                        text[3] = fourth;
                        if ((Utf8.firstInvalid(text) < 0) != isText(text)) {
                            throw new AssertionError(HexFormat.of().formatHex(text));
                        }
                    }
                }
            }
        }
    }

    @Test
    void longerTextIsJudgedAsTheJdkJudgesIt() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            byte[] text = "0123456789 \u00e9\u20ac\uD83D\uDE00 0123456789 \uD83D\uDE00"
                    .substring(random.nextInt(12))
                    .getBytes(StandardCharsets.UTF_8);
            for (int changes = random.nextInt(3); changes > 0; changes--) {
                text[random.nextInt(text.length)] = (byte) random.nextInt();
            }
            assertThat(Utf8.firstInvalid(text) < 0)
                    .as("seed %d, %s", seed, HexFormat.of().formatHex(text))
                    .isEqualTo(isText(text));
        }
    }

    private static boolean isText(byte[] bytes) {
        for (byte each : bytes) {
            if (each == 0) {
                return false;
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
