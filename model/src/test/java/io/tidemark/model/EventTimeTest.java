package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTimeTest {
    private static final long SEED = 20_261_123L;

    @ParameterizedTest
    @CsvSource({
        "2026-03-01T12:00:00Z, 2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.5Z, 2026-03-01T12:00:00.500Z",
        "2026-03-01T12:00:00.123456789Z, 2026-03-01T12:00:00.123Z",
        "2026-03-01T12:00Z, 2026-03-01T12:00:00Z",
        "2026-03-01t12:00:00z, 2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00+01:00, 2026-03-01T11:00:00Z",
        "2026-03-01T12:00:00-0430, 2026-03-01T16:30:00Z",
        "2026-03-01T12:00:00+05, 2026-03-01T07:00:00Z",
        "2026-03-01 12:00:00, 2026-03-01T12:00:00Z",
        "2026-03-01 12:00:00.123, 2026-03-01T12:00:00.123Z",
        "2024-02-29 00:00:00, 2024-02-29T00:00:00Z",
        "1969-12-31T23:59:59.999Z, 1969-12-31T23:59:59.999Z",
        "0001-01-01 00:00:00, 0001-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z, 9999-12-31T23:59:59.999Z",
    })
    void acceptedFormsAreRead(String text, String expected) throws Exception {
        assertThat(EventTime.parse(text)).isEqualTo(Instant.parse(expected).toEpochMilli());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "1772366400",
                "2026-03-01",
                "2026-03-01T12:00:00",
                "2026-03-01 12:00",
                "2026-02-29 12:00:00",
                "2026-13-01 12:00:00",
                "2026-00-01 12:00:00",
                "2026-03-32 12:00:00",
                "2026-03-01 24:00:00",
                "2026-03-01 12:60:00",
                "2026-03-01 12:00:60",
                "2026-03-01 12:00:00.",
                "2026-03-01T12:00:00.1234567890Z",
                "2026-03-01T12:00:00Zjunk",
                "2026-03-01T12:00:00+19:00",
                "2026-03-01T12:00:00+01:60",
                "2026-3-1 12:00:00",
                " 2026-03-01 12:00:00",
                "２０２６-03-01 12:00:00",
                "+2026-03-01T12:00:00Z",
                "0000-01-01T00:00:00+00:01",
                "9999-12-31T23:59:59-00:01",
            })
    void anythingElseIsRejectedWithItsText(String text) {
        assertThatThrownBy(() -> EventTime.parse(text))
                .isInstanceOfSatisfying(
                        InvalidEventException.class,
                        e -> assertThat(e.reason()).isEqualTo(RejectReason.INVALID_EVENT_TIME))
                .hasMessageContaining("\"" + text + "\"");
    }

    @Test
    void everyInstantOfFiveCenturiesReadsAsTheJdkReadsIt() throws Exception {
        Random random = new Random(SEED);
        DateTimeFormatter plain = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS");
        for (int i = 0; i < 100_000; i++) {
            long millis = random.nextLong(-8_000_000_000_000L, 8_000_000_000_000L);
            Instant instant = Instant.ofEpochMilli(millis);
            ZoneOffset offset = ZoneOffset.ofTotalSeconds(random.nextInt(-18 * 60, 18 * 60 + 1) * 60);
            assertThat(EventTime.parse(OffsetDateTime.ofInstant(instant, offset).toString()))
                    .as("seed %d, %s at %s", SEED, instant, offset)
                    .isEqualTo(millis);
            assertThat(EventTime.parse(plain.format(LocalDateTime.ofInstant(instant, ZoneOffset.UTC))))
                    .as("seed %d, %s", SEED, instant)
                    .isEqualTo(millis);
            assertThat(Instant.parse(EventTime.format(millis))).isEqualTo(instant);
        }
    }

    @Test
    void isWrittenInUtcWithMilliseconds() {
        assertThat(EventTime.format(1_772_366_400_007L)).isEqualTo("2026-03-01T12:00:00.007Z");
        assertThat(EventTime.format(-1)).isEqualTo("1969-12-31T23:59:59.999Z");
    }
}
