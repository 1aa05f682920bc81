package io.tidemark.chaos.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.traffic.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ForwardedEventTest {
    @Test
    void anEventIsReadWithAllThatItSays() {
        assertThat(ForwardedEvent.of("""
                        {"ip":"192.0.2.1","event_timestamp":"2026-03-01T12:00:00.123Z","referrer":"https://r.test/ü",
                        "host":"a.test","url":"/page","geodata":"{}","bot":true}""".getBytes(UTF_8)))
                .isEqualTo(new Outcome.Stored(
                        "a.test", "https://r.test/ü", 1_772_366_400_123L, "/page", "192.0.2.1", null));
    }

    @Test
    void whatIsUnknownIsNullAndAReferrerThatIsIsEmpty() {
        assertThat(ForwardedEvent.of("""
                        {"ip":null,"event_timestamp":"1970-01-01T00:00:00.000Z","referrer":null,
                        "host":"a.test","url":null,"geodata":"{}"}""".getBytes(UTF_8)))
                .isEqualTo(new Outcome.Stored("a.test", "", 0, null, null, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "{}",
                "{\"ip\":null,\"event_timestamp\":\"1970-01-01T00:00:00Z\",\"referrer\":null,\"host\":\"a.test\"}",
                "{\"ip\":7,\"event_timestamp\":\"1970-01-01T00:00:00Z\",\"referrer\":null,\"host\":\"a\",\"url\":null}",
                "{\"ip\":null,\"event_timestamp\":\"today\",\"referrer\":null,\"host\":\"a.test\",\"url\":null}",
                "{\"ip\":null,\"event_timestamp\":\"1970-01-01T00:00:00Z\",\"referrer\":null,\"host\":null,\"url\":null}"
            })
    void anythingElseIsNotRead(String value) {
        assertThat(ForwardedEvent.of(value.getBytes(UTF_8))).isNull();
    }

    @Test
    void aRecordWithoutAValueIsNotRead() {
        assertThat(ForwardedEvent.of(null)).isNull();
    }
}
