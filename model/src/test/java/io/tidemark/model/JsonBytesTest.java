package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Writes what Jackson's generator writes, byte for byte. */
class JsonBytesTest {
    private static final int RECORDS = 100_000;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();
    private static final byte[] A = JsonBytes.name("a");
    private static final byte[] B = JsonBytes.name("b");
    private static final byte[] C = JsonBytes.name("c");

    @Test
    void anObjectCanBeEmpty() {
        assertThat(new JsonBytes(1).end()).asString().isEqualTo("{}");
    }

    @Test
    void eachCharacterIsWrittenAsJacksonWritesIt() throws IOException {
        for (char c = 0; c < Character.MIN_SURROGATE; c++) {
            assertAlike("x" + c + "y", null, true, "character " + (int) c);
        }
    }

    @Test
    void textsOfAnyLengthAreWrittenAsJacksonWritesThem() throws IOException {
        for (int length = 0; length < 40; length++) {
            assertAlike("x".repeat(length), "\"".repeat(length), false, "length " + length);
            assertAlike("x".repeat(length) + "\n", "\u00fc".repeat(length), true, "length " + length);
        }
        assertAlike("u".repeat(10_000), "\u0000".repeat(10_000), true, "long");
    }

    @Test
    void oddTextsAreWrittenAsJacksonWritesThem() throws IOException {
        long seed = Long.getLong("tidemark.fuzz.seed", 20_261_125L);
        Random random = new Random(seed);
        for (int i = 0; i < RECORDS; i++) {
            String second = OddText.orNull(random);
            assertAlike(
                    WellFormed.of(OddText.of(random)),
                    second == null ? null : WellFormed.of(second),
                    random.nextBoolean(),
                    "seed " + seed + ", record " + i);
        }
    }

    private static void assertAlike(String first, @Nullable String second, boolean third, String what)
            throws IOException {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(expected)) {
            generator.writeStartObject();
            generator.writeStringField("a", first);
            generator.writeStringField("b", second);
            if (second != null) {
                generator.writeStringField("b", second);
            }
            generator.writeBooleanField("c", third);
            generator.writeEndObject();
        }
        byte[] written = new JsonBytes(8)
                .text(A, first)
                .text(B, second)
                .known(B, second)
                .bool(C, third)
                .end();
        assertThat(written).as(what).isEqualTo(expected.toByteArray());
    }
}
