package io.tidemark.stream.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPolicyTest {
    @ParameterizedTest
    @CsvSource({
        "203.0.113.77, 203.0.113.0",
        "255.255.255.255, 255.255.255.0",
        "0.0.0.1, 0.0.0.0",
        "2001:db8:abcd:1234::1, 2001:db8:abcd::",
        "2001:0DB8:0000:1234:5678::1, 2001:db8::",
        "0:0:1::, 0:0:1::",
        "::1, ::",
        "fe80::1, fe80::",
        "::ffff:203.0.113.77, 203.0.113.0"
    })
    void anAddressIsCutToTheNetworkOfItsSite(String ip, String kept) {
        assertThat(IpPolicy.TRUNCATE.apply(ip)).isEqualTo(kept);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-", "host.example", "203.0.113", "203.0.113.77:80", "fe80::1%eth0", "1.2.3.4, 5.6.7.8"})
    void nothingIsKeptOfWhatIsNoAddress(String text) {
        assertThat(IpPolicy.TRUNCATE.apply(text)).isNull();
    }

    @Test
    void anAddressIsKeptOrDroppedIfThatIsAskedFor() {
        assertThat(IpPolicy.KEEP.apply("203.0.113.77")).isEqualTo("203.0.113.77");
        assertThat(IpPolicy.DROP.apply("203.0.113.77")).isNull();
        assertThat(IpPolicy.TRUNCATE.apply(null)).isNull();
        assertThat(IpPolicy.KEEP.apply(null)).isNull();
    }
}
