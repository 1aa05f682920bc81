package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What it reads, the parser reads alike. */
class RawScannerTest {
    private final RecentTexts recent = new RecentTexts();
    private static final int RECORDS = 200_000;
    private static final RawEvent EVENT = new RawEvent(
            "shop.example",
            1_772_366_400_123L,
            "https://shop.example/a?b=c",
            "https://news.example/",
            "Mozilla/5.0 (X11; Linux x86_64)",
            "192.0.2.1",
            "{\"Accept-Language\":\"en\",\"X\":\"a\\\\b\\/\\n\"}");

    private final RawEventCodec codec = new RawEventCodec();

    @Test
    void recordsOfTheCommonFormNeedNoParser() throws Exception {
        byte[] written = codec.encode(EVENT);
        assertThat(new RawScanner(written, recent).scan()).isTrue();
        assertThat(codec.decode(written)).isEqualTo(EVENT);
        byte[] spaced = " { \"host\" : \"h\" ,\n\t\"other\":\"\\n\", \"event_time\":\"2026-03-01 12:00:00\" }\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        assertThat(new RawScanner(spaced, recent).scan()).isTrue();
        assertReadAlike(spaced, "spaced");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "[]",
                "null",
                "\"{}\"",
                "{\"host\":\"a\"}",
                "{\"host\":\"a\",}",
                "{,\"host\":\"a\"}",
                "{\"host\":\"a\" \"event_time\":\"TIME\"}",
                "{\"host\":\"a\",\"event_time\":\"TIME\"",
                "{\"host\":\"a\",\"event_time\":\"TIME\"}}",
                "{\"host\":\"a\",\"event_time\":\"TIME\"} x",
                "{\"host\":\"a\",\"event_time\":\"TIME\"}\f",
                "{\"host\":\"a\",\"event_time\":\"\"}",
                "{\"host\":\"\",\"event_time\":\"TIME\"}",
                "{\"host\":\"\\t\",\"event_time\":\"TIME\"}",
                "{\"host\":\"a\",\"host\":\"b\",\"event_time\":\"TIME\"}",
                "{\"host\":\"a\",\"host\":null,\"event_time\":\"TIME\"}",
                "{\"host\":\"a\",\"x\":\"1\",\"x\":\"2\",\"event_time\":\"TIME\"}",
                "{\"host\":\"a\",\"event_time\":\"TIME\",\"ip\":null,\"url\":null}",
                "{\"host\":\"a\",\"event_time\":\"TIME\",\"ip\":5}",
                "{\"host\":\"a\",\"event_time\":\"TIME\",\"headers\":{\"a\":\"b\"}}",
                "{\"host\":\"a\",\"event_time\":\"TIME\",\"x\":{\"host\":\"b\"}}",
                "{\"host\":\"\\u0061\",\"event_time\":\"TIME\"}",
                "{\"host\":\"\u00fc.example\",\"event_time\":\"TIME\"}",
                "{\"host\":\"a\u0001\",\"event_time\":\"TIME\"}",
                "{\"host\":\"a\\x\",\"event_time\":\"TIME\"}",
                "{\"host\":\"a\\",
                "{\"host\":\"a\\\"",
                "{\"h\\u006fst\":\"a\",\"event_time\":\"TIME\"}",
                "{\"h\\\\ost\":\"a\",\"host\":\"b\",\"event_time\":\"TIME\"}",
                "\ufeff{\"host\":\"a\",\"event_time\":\"TIME\"}"
            })
    void oddRecordsAreReadAsTheParserReadsThem(String json) {
        assertReadAlike(json.replace("TIME", "2026-03-01T12:00:00.123Z").getBytes(StandardCharsets.UTF_8), json);
    }

    @Test
    void whatMayBeBeyondTheParsersLimitsIsLeftToIt() {
        assertReadAlike(
                "{\"%s\":\"x\",\"host\":\"h\",\"event_time\":\"2026-03-01T12:00:00Z\"}"
                        .formatted("n".repeat(60_000))
                        .getBytes(StandardCharsets.US_ASCII),
                "a long name");
        byte[] large = "{\"url\":\"%s\",\"host\":\"h\",\"event_time\":\"2026-03-01T12:00:00Z\"}"
                .formatted("u".repeat(2_000_000))
                .getBytes(StandardCharsets.US_ASCII);
        assertThat(new RawScanner(large, recent).scan()).isFalse();
    }

    @Test
    void hostileAndBrokenRecordsAreReadAlike() {
        long seed = Long.getLong("tidemark.fuzz.seed", 20_261_125L);
        Random random = new Random(seed);
        int scanned = 0;
        for (int i = 0; i < RECORDS; i++) {
            RawEvent event = new RawEvent(
                    "host" + random.nextInt(50),
                    EVENT.eventTimeMillis(),
                    OddText.orNull(random),
                    OddText.orNull(random),
                    "agent",
                    "192.0.2.1",
                    EVENT.headers());
            byte[] value = codec.encode(event);
            if (random.nextInt(3) == 0) {
                for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                    value[random.nextInt(value.length)] =
                            (byte) (random.nextBoolean() ? random.nextInt() : "\"\\,:{} \t".charAt(random.nextInt(8)));
                }
            }
            scanned += new RawScanner(value, recent).scan() ? 1 : 0;
            assertReadAlike(value, "seed " + seed + ", record " + i);
        }
        assertThat(scanned).isBetween(RECORDS / 4, RECORDS * 9 / 10);
    }

    private void assertReadAlike(byte[] value, String what) {
        assertThat(outcome(() -> codec.decode(value)))
                .as(what)
                .isEqualTo(outcome(() -> value.length == 0 ? codec.decode(value) : codec.parse(value)));
    }

    private interface Reading {
        RawEvent read() throws InvalidEventException;
    }

    private static Object outcome(Reading reading) {
        try {
            return reading.read();
        } catch (InvalidEventException e) {
            return e.reason() + ": " + e.getMessage();
        }
    }
}
