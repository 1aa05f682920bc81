package io.tidemark.stream.enrich;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.store.VisitorSalt;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VisitorIdsTest {
    private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final Map<Long, VisitorSalt> salts = new HashMap<>();
    private final VisitorIds visitors = new VisitorIds(day -> salts.computeIfAbsent(day, VisitorIdsTest::salt));

    private static VisitorSalt salt(long day) {
        byte[] bytes = new byte[VisitorSalt.LENGTH];
        Arrays.fill(bytes, (byte) day);
        return new VisitorSalt(bytes, Long.MAX_VALUE);
    }

    private String of(String ip, String userAgent, String host, long at) {
        return requireNonNull(visitors.of(ip, userAgent, host, at));
    }

    /** By OpenSSL: {@code printf '\004\313\000\161\115\000shop.example\000agent' | openssl dgst -sha256 -mac HMAC -macopt hexkey:…}. */
    @Test
    void itIsTheBeginningOfTheHmacOfAddressHostAndUserAgent() {
        VisitorSalt ones = new VisitorSalt(filled((byte) 1), Long.MAX_VALUE);
        assertThat(new VisitorIds(day -> ones).of("203.0.113.77", "agent", "shop.example", NOON))
                .isEqualTo("27175744ad04660d");
    }

    private static byte[] filled(byte value) {
        byte[] bytes = new byte[VisitorSalt.LENGTH];
        Arrays.fill(bytes, value);
        return bytes;
    }

    @Test
    void aVisitorIsTheSameForADayOfUtc() {
        long midnight = NOON + 12 * HOUR;
        String visitor = of("203.0.113.77", "agent", "shop.example", NOON);
        assertThat(of("203.0.113.77", "agent", "shop.example", midnight - 1)).isEqualTo(visitor);
        assertThat(of("203.0.113.77", "agent", "shop.example", midnight)).isNotEqualTo(visitor);
        assertThat(of("203.0.113.77", "agent", "shop.example", NOON - 12 * HOUR))
                .isEqualTo(visitor);
        assertThat(of("203.0.113.77", "agent", "shop.example", NOON - 12 * HOUR - 1))
                .isNotEqualTo(visitor);
    }

    @Test
    void visitorsDifferByAddressUserAgentAndHost() {
        Set<String> different = new HashSet<>();
        different.add(of("203.0.113.77", "agent", "shop.example", NOON));
        different.add(of("203.0.113.78", "agent", "shop.example", NOON));
        different.add(of("203.0.113.77", "agent2", "shop.example", NOON));
        different.add(of("203.0.113.77", "", "shop.example", NOON));
        different.add(of("203.0.113.77", "agent", "blog.example", NOON));
        different.add(of("203.0.113.77", "exampleagent", "shop.", NOON));
        different.add(of("host.example", "agent", "shop.example", NOON));
        assertThat(different).hasSize(7);
    }

    @Test
    void anAddressIsTheSameHoweverItIsWritten() {
        assertThat(of("2001:0DB8:0:0::1", "agent", "h", NOON)).isEqualTo(of("2001:db8::1", "agent", "h", NOON));
        assertThat(of("::ffff:203.0.113.77", "agent", "h", NOON)).isEqualTo(of("203.0.113.77", "agent", "h", NOON));
    }

    @Test
    void withoutAnAddressNobodyIsTold() {
        assertThat(visitors.of(null, "agent", "shop.example", NOON)).isNull();
        assertThat(visitors.of(" ", "agent", "shop.example", NOON)).isNull();
    }

    @Test
    void anotherSaltOfTheSameDayMakesOthers() {
        String before = of("203.0.113.77", "agent", "shop.example", NOON);
        salts.replaceAll((day, salt) -> new VisitorSalt(filled((byte) 99), Long.MAX_VALUE));
        assertThat(of("203.0.113.77", "agent", "shop.example", NOON)).isNotEqualTo(before);
    }
}
