package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever it finds, the parser would read. */
class HitScannerTest {
    private static final int RECORDS = 200_000;
    private static final String TIME = "2026-03-01T12:00:00.123Z";

    private final EnrichedEventCodec codec = new EnrichedEventCodec();
    private final HitScanner scanner = new HitScanner();

    @Test
    void recordsAsTheyAreWrittenNeedNoParser() throws Exception {
        byte[] value = codec.encode(event("shop.example", "https://news.example/a?b=c"));
        assertThat(scanner.scan(value)).isTrue();
        Hit hit = found(value);
        assertThat(hit).isEqualTo(codec.decodeHit(value));
        assertThat(hit).isEqualTo(new Hit("shop.example", "https://news.example/a?b=c", 1_772_366_400_123L));
        assertThat(scanner.scan(codec.encode(event("shop.example", null)))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "[]",
                "null",
                "{\"host\":\"a\"}",
                "{\"host\":\"a\",\"event_timestamp\":\"TIME\",\"referrer\":\"r\"",
                "{\"host\":\"a\",\"event_timestamp\":\"TIME\",\"referrer\":\"r\"}",
                "{\"host\":\"a\",\"event_timestamp\":\"TIME\",\"referrer\":null}",
                "{\"host\":\"a\",\"event_timestamp\":\"TIME\",\"referrer\":nul}",
                "{\"host\":\"a\",\"event_timestamp\":\"TIME\",\"referrer\":nullx}",
                "{\"host\":\"a\",\"event_timestamp\":\"TIME\",\"referrer\":5}",
                "{\"host\":\"a\",\"host\":\"b\",\"event_timestamp\":\"TIME\",\"referrer\":\"r\"}",
                "{\"host\":\"a\",\"referrer\":\"q\",\"referrer\":\"r\",\"event_timestamp\":\"TIME\"}",
                "{\"host\":\"a\",\"event_timestamp\":\"2026-02-30T12:00:00.123Z\",\"referrer\":\"r\"}",
                "{\"host\":\"a\",\"event_timestamp\":\"2026-03-01T12:00:00Z\",\"referrer\":\"r\"}",
                "{\"host\":\" \",\"event_timestamp\":\"TIME\",\"referrer\":\"r\"}",
                "{\"host\":\"\",\"event_timestamp\":\"TIME\",\"referrer\":\"r\"}",
                "{\"host\":null,\"event_timestamp\":\"TIME\",\"referrer\":\"r\"}",
                "{\"host\":\"\\u0061\",\"event_timestamp\":\"TIME\",\"referrer\":\"r\"}",
                "{\"host\":\"\u00fc.example\",\"event_timestamp\":\"TIME\",\"referrer\":\"r\"}",
                "{\"host\":\"a\u0001\",\"event_timestamp\":\"TIME\",\"referrer\":\"r\"}",
                "{\"host\" : \"a\", \"event_timestamp\":\"TIME\",\"referrer\":\"r\"}",
                "{\"x\":{\"host\":\"b\"},\"host\":\"a\",\"event_timestamp\":\"TIME\",\"referrer\":\"r\"}",
                "{\"x\":\"host\",\"host\":\"a\",\"event_timestamp\":\"TIME\",\"referrer\":\"r\"} rubbish"
            })
    void oddRecordsAreReadAsTheParserReadsThem(String json) {
        assertReadAlike(json.replace("TIME", TIME).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void textsOfAnyLengthAreReadAlike() {
        for (int length = 0; length < 40; length++) {
            assertReadAlike(codec.encode(event("h" + "x".repeat(length), "r".repeat(length))));
        }
        for (int length : new int[] {254, 255, 256, 1_999, 2_000, 2_001, 100_000}) {
            assertReadAlike("{\"host\":\"%1$s\",\"event_timestamp\":\"%2$s\",\"referrer\":\"%1$s\"}"
                    .formatted("x".repeat(length), TIME)
                    .getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void hostileAndBrokenRecordsAreReadAlike() {
        long seed = Long.getLong("tidemark.fuzz.seed", 20_261_124L);
        Random random = new Random(seed);
        int scanned = 0;
        for (int i = 0; i < RECORDS; i++) {
            byte[] value = codec.encode(event(text(random, "host" + random.nextInt(50)), text(random, "r")));
            if (random.nextInt(4) == 0) {
                for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                    value[random.nextInt(value.length)] = (byte) (random.nextBoolean() ? random.nextInt() : '"');
                }
            }
            scanned += scanner.scan(value) ? 1 : 0;
            assertReadAlike(value, "seed " + seed + ", record " + i);
        }
        assertThat(scanned).isBetween(RECORDS / 3, RECORDS * 9 / 10);
    }

    private static @Nullable String text(Random random, String plain) {
        return switch (random.nextInt(6)) {
            case 0 -> OddText.of(random);
            case 1 -> plain + "?" + random.nextInt();
            default -> plain;
        };
    }

    private static EnrichedEvent event(@Nullable String host, @Nullable String referrer) {
        return new EnrichedEvent(
                host == null || host.isBlank() ? "h" : TextCap.HOST.apply(host),
                1_772_366_400_123L,
                "192.0.2.1",
                "/index.html",
                referrer == null ? null : TextCap.REFERRER.apply(referrer),
                null,
                "0123456789abcdef",
                EnrichedEvent.Geo.UNKNOWN,
                EnrichedEvent.Client.UNKNOWN,
                EnrichedEvent.ReferrerSource.OTHER,
                EnrichedEvent.Campaign.NONE);
    }

    private void assertReadAlike(byte[] value) {
        assertReadAlike(value, new String(value, StandardCharsets.ISO_8859_1));
    }

    /** What it leaves to the parser is read alike by definition. */
    private void assertReadAlike(byte[] value, String what) {
        if (scanner.scan(value)) {
            Hit found = found(value);
            assertThatCode(() -> assertThat(codec.decodeHit(value)).as(what).isEqualTo(found))
                    .as(what)
                    .doesNotThrowAnyException();
        }
    }

    private Hit found(byte[] value) {
        return new Hit(
                new String(value, scanner.hostFrom(), scanner.hostTo() - scanner.hostFrom(), StandardCharsets.UTF_8),
                new String(
                        value,
                        scanner.referrerFrom(),
                        scanner.referrerTo() - scanner.referrerFrom(),
                        StandardCharsets.UTF_8),
                scanner.eventTimeMillis());
    }
}
